package import Concurrency

/// The repository that the values are mirrored to, as an operator set it up.
package struct GitMirrorSettings: Hashable, Sendable {
    /// Which way changes go.
    package enum Direction: String, CaseIterable, Sendable {
        /// Only from the hub to the branch.
        case mirror
        /// Pushes to the branch become revisions as well.
        case both
    }

    package var url: String
    package var branch: String
    package var direction: Direction
    /// For a password; empty otherwise.
    package var username: String
    /// The host keys that SSH trusts, as lines of a known_hosts file.
    package var knownHosts: String
    /// Authorities that HTTPS trusts besides the system's, in PEM.
    package var authorities: String
    /// The address of an author of whom the hub has only a name, with `{name}` in the name's place.
    package var emailPattern: String

    package init(
        url: String,
        branch: String = "main",
        direction: Direction = .both,
        username: String = "",
        knownHosts: String = "",
        authorities: String = "",
        emailPattern: String = Self.standardEmailPattern
    ) {
        self.url = url
        self.branch = branch
        self.direction = direction
        self.username = username
        self.knownHosts = knownHosts
        self.authorities = authorities
        self.emailPattern = emailPattern
    }

    package static let standardEmailPattern = "{name}@otomi.invalid"
}

/// What the hub shows to a remote repository, beside its name.
package enum GitMirrorSecret: Hashable, Sendable {
    case none
    case password(String)
    /// A private key for SSH.
    case key(String)

    /// The name of its kind.
    var kind: String {
        switch self {
        case .none: "none"
        case .password: "password"
        case .key: "key"
        }
    }

    var text: String? {
        switch self {
        case .none: nil
        case .password(let text), .key(let text): text
        }
    }
}

/// The mirror with how far it is.
package struct GitMirror: Hashable, Sendable {
    /// How it fares.
    package enum State: String, CaseIterable, Sendable {
        /// Nothing was tried yet.
        case pending
        /// The branch is as far as the hub.
        case current
        /// The last try failed; it is tried again.
        case failing
        /// A person must act first.
        case halted
    }

    package let settings: GitMirrorSettings
    /// `none`, `password` or `key`.
    package let credential: String
    package let changedAt: UnixTime
    package let changedBy: String
    /// The values of this revision are on the branch.
    package let revision: Int64
    /// The newest commit of the branch that is accounted for; `nil` before the first.
    package let head: String?
    package let state: State
    /// Why it is in that state; empty when all is well.
    package let reason: String
    package let stateSince: UnixTime
    /// When the branch was last looked at with success.
    package let checkedAt: UnixTime?
    /// When somebody last asked to have it looked at.
    package let askedAt: UnixTime?
    package let epoch: Int64
}

/// The right of one replica to work at the mirror for a while.
package struct GitLease: Sendable {
    package let mirror: GitMirror
    package let secret: GitMirrorSecret

    /// What it writes counts as long as nobody else has the lease, and the settings are those.
    package var epoch: Int64 { mirror.epoch }
}
