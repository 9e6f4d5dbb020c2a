import Bundles
import HubAPI
import JSON

/// A draft of the next root beside the root that it follows, as it travels to machines without a network.
struct DraftFile {
    private static let limit = 4 << 20

    private let root: JSONValue
    /// What is to be signed, compared with the root that it follows.
    private(set) var draft: RootDraft

    /// The draft that waits in a hub.
    ///
    /// - Throws: `CommandFailure` when none waits, or what the hub gives is none.
    init(_ trust: TrustStatus) throws {
        guard let draft = trust.draft else {
            throw CommandFailure(
                .notFound,
                "no draft of a root waits for signatures. Make one: otomi trust rotate ROLE"
            )
        }
        try self.init(root: trust.root, draft: draft.file, from: "the hub")
    }

    /// The draft in a file.
    ///
    /// - Throws: `CommandFailure` when it cannot be read or is none.
    init(reading path: String) throws {
        let bytes = try FileReader.read(path, limit: Self.limit)
        guard let json = try? JSONValue(parsing: bytes), let root = json["root"], let draft = json["draft"] else {
            throw CommandFailure(.invalid, "\(path) holds no draft of a root. Fetch one: otomi trust root fetch FILE")
        }
        try self.init(root: root, draft: draft, from: path)
    }

    private init(root: JSONValue, draft: JSONValue, from place: String) throws {
        self.root = root
        do throws(BundleError) {
            let current = try TrustedState(trusting: root.serialized(), cluster: nil).root.content
            self.draft = try RootDraft(draft.serialized(), following: current)
        } catch {
            throw CommandFailure(.invalid, "the draft from \(place) is not to be signed: \(error.message)")
        }
    }

    /// Adds a signature.
    ///
    /// - Throws: `CommandFailure` when the key signs for neither root.
    mutating func sign(with key: SigningKey) throws {
        do throws(BundleError) { draft = try draft.signed(with: key) } catch {
            throw CommandFailure(.invalid, error.message)
        }
    }

    /// What a hub is sent.
    var signatures: TrustSignatures { TrustSignatures(file: draft.file.json) }

    /// Writes it where there is no file yet.
    ///
    /// - Throws: `CommandFailure` when there is one, or it cannot be written.
    func write(to path: String) throws {
        let json: JSONValue = ["root": root, "draft": draft.file.json]
        try NewFile.write(json.prettyText, to: path, mode: 0o644)
    }

    /// Everything that a signature vouches for, in words.
    var explanation: String {
        var lines = ["Root \(draft.next.version) is to follow root \(draft.current.version). What it changes:"]
        lines += draft.current.differences(to: draft.next).map { "  \($0)" }
        lines.append("Root \(draft.next.version) trusts, and nobody else:")
        for role in MetadataRole.allCases {
            let ids = draft.next.signers(of: role).keys.sorted()
            lines.append("  \(role.rawValue): \(draft.next.threshold(of: role)) of \(ids.count)")
            lines += ids.map { "    \($0)" }
        }
        for approval in draft.approvals {
            lines.append(
                "Of the keys of root \(approval.root), \(min(approval.signed.count, approval.threshold)) of the "
                    + "\(approval.threshold) needed have signed."
            )
        }
        return lines.joined(separator: "\n")
    }
}
