package import Bundles

/// The requests that an agent makes of its hub; both sides build and read their paths here.
package enum AgentRoute: Hashable, Sendable {
    case enrol
    case rotate
    /// New keys in place of ones that are too old to be taken, once an operator agrees.
    case renew
    /// A metadata file of the asking cluster; only a timestamp can be waited for.
    case metadata(MetadataFileName, poll: Poll?)
    case layer(Digest)
    case report
    /// The states of the objects that the hub asked for in its answer to a report.
    case objects
    /// What became of a change that the hub has asked to try.
    case trial

    /// Holds the answer until there is a newer timestamp than `after`, at most `waitSeconds`.
    package struct Poll: Hashable, Sendable {
        /// The timestamp version that the agent has; 0 for none.
        package let after: Int64
        package let waitSeconds: Int
        /// The version of the root that the agent trusts: a newer one is news whatever the timestamp; `nil` where it does
        /// not say.
        package let root: Int64?
        /// The generation of the bundle whose layers the agent has, 0 for none; `nil` where it takes no ``Parcel``.
        package let generation: Int64?

        package init(after: Int64, waitSeconds: Int, root: Int64? = nil, generation: Int64? = nil) {
            self.after = after
            self.waitSeconds = waitSeconds
            self.root = root
            self.generation = generation
        }
    }

    /// What every path begins with.
    package static let prefix = "/agent/v1"

    /// The longest wait that a hub grants; below the idle timeouts of common load balancers.
    package static let maximumWaitSeconds = 50

    /// Reads a request line; `nil` when no route of an agent has this method, path and query.
    ///
    /// `query` is the text after `?`, without it. A poll with a value that is no number is no route.
    package init?(method: String, path: String, query: String = "") {
        guard path.hasPrefix(Self.prefix + "/") else { return nil }
        let parts = path.dropFirst(Self.prefix.count + 1).split(separator: "/", omittingEmptySubsequences: false)
        switch (method, parts.count) {
        case ("POST", 1) where parts[0] == "enrol": self = .enrol
        case ("POST", 1) where parts[0] == "rotate": self = .rotate
        case ("POST", 1) where parts[0] == "renew": self = .renew
        case ("POST", 1) where parts[0] == "report": self = .report
        case ("POST", 1) where parts[0] == "objects": self = .objects
        case ("POST", 1) where parts[0] == "trial": self = .trial
        case ("GET", 2) where parts[0] == "tuf":
            guard let file = MetadataFileName(String(parts[1])) else { return nil }
            if query.isEmpty {
                self = .metadata(file, poll: nil)
            } else {
                guard file == .timestamp, let poll = Poll(query: query) else { return nil }
                self = .metadata(file, poll: poll)
            }
        case ("GET", 3) where parts[0] == "layers" && parts[1] == "sha256":
            guard let digest = Digest(String(parts[2])) else { return nil }
            self = .layer(digest)
        default: return nil
        }
    }

    /// The HTTP method.
    package var method: String {
        switch self {
        case .enrol, .rotate, .renew, .report, .objects, .trial: "POST"
        case .metadata, .layer: "GET"
        }
    }

    /// The path, without the query.
    package var path: String {
        switch self {
        case .enrol: "\(Self.prefix)/enrol"
        case .rotate: "\(Self.prefix)/rotate"
        case .renew: "\(Self.prefix)/renew"
        case .metadata(let file, _): "\(Self.prefix)/tuf/\(file)"
        case .layer(let digest): "\(Self.prefix)/layers/sha256/\(digest.hex)"
        case .report: "\(Self.prefix)/report"
        case .objects: "\(Self.prefix)/objects"
        case .trial: "\(Self.prefix)/trial"
        }
    }

    /// The query without its `?`; empty when there is none.
    package var query: String {
        guard case .metadata(_, let poll?) = self else { return "" }
        let root = poll.root.map { "&root=\($0)" } ?? ""
        let generation = poll.generation.map { "&generation=\($0)" } ?? ""
        return "after=\(poll.after)&wait=\(poll.waitSeconds)\(root)\(generation)"
    }

    /// The path, and the query where there is one.
    package var target: String {
        let query = query
        return query.isEmpty ? path : "\(path)?\(query)"
    }
}

extension AgentRoute.Poll {
    init?(query: String) {
        var values: [Substring: Int64] = [:]
        for pair in query.split(separator: "&", omittingEmptySubsequences: false) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, ["after", "wait", "root", "generation"].contains(parts[0]),
                let value = Int64(parts[1]), value >= 0,
                values.updateValue(value, forKey: parts[0]) == nil
            else { return nil }
        }
        guard let after = values["after"] else { return nil }
        let wait = min(values["wait"] ?? 0, Int64(AgentRoute.maximumWaitSeconds))
        self.init(
            after: after,
            waitSeconds: Int(wait),
            root: values["root"],
            generation: values["generation"]
        )
    }
}
