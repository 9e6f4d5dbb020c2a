import ArgumentParser
import Values

/// A document on the command line: `app/harbor`, `service/demo/hello`, `team/demo@group/eu`.
struct DocumentArgument: ExpressibleByArgument, Hashable {
    let path: Values.DocumentPath

    init?(argument: String) {
        guard let path = Values.DocumentPath(argument) else { return nil }
        self.path = path
    }

    static let help = "kind/name or kind/team/name, with a layer as in team/demo@group/eu."

    /// The one document that is meant.
    ///
    /// - Throws: `CommandFailure` when its team is missing.
    func id(team: String? = nil) throws -> DocumentID {
        guard let id = path.id(team: team) else {
            let kind = path.kind.rawValue.lowercased()
            throw CommandFailure(.usage, "a \(kind) belongs to a team: write \(kind)/TEAM/\(path.name)")
        }
        return id
    }
}
