import HubAPI
import HubStore
import Hummingbird
import JSON
import Values

extension ClusterList.Selection {
    /// How long a search may be.
    private static let longestSearch = 200

    /// Reads the query items `search`, `state`, `selector`, `group` and `team`.
    ///
    /// - Throws: `Problem` when an item is malformed, or names a group or a team that there is not.
    init(_ request: Request, _ caller: Caller, _ store: HubStore) async throws {
        if let search = request.query("search") {
            guard search.utf8.count <= Self.longestSearch else {
                throw Problem(.badRequest, detail: "The search is longer than \(Self.longestSearch) bytes.")
            }
            filter.search = search
        }
        filter.states = try request.states
        var requirements = try request.selector.requirements
        if let name = request.query("group") {
            let id = DocumentID(kind: .group, scope: .platform, name: name)
            // Groups are the platform's: whether there is one is nothing that a team's people are told.
            let group = caller.principal.maySeeEveryTeam ? try await store.unbound.document(id)?.document : nil
            guard let group else {
                throw Problem(.notFound, detail: "group '\(name)' does not exist", hint: "otomi group list")
            }
            requirements += LabelSelector(group.groupSelector).requirements
        }
        filter.selector = LabelSelector(requirements)
        guard let name = request.query("team") else { return }
        let index = DocumentIndex(try await store.unbound.allDocuments())
        let isShown = caller.principal.access(to: .readPlacements, on: .team(name)) == .allowed
        guard isShown, index.teamNames.contains(name) else {
            throw Problem(.notFound, detail: "team '\(name)' does not exist", hint: "otomi get teams")
        }
        team = (name, index)
    }
}

extension Request {
    /// The states that the query item `state` names.
    fileprivate var states: [String] {
        get throws {
            guard let text = query("state") else { return [] }
            let names = text.split(separator: ",").map { String($0) }
            return try names.map { name in
                guard let state = ClusterState(loosely: name) else {
                    let known = ClusterState.known.map(\.rawValue).joined(separator: ", ")
                    throw Problem(.badRequest, detail: "There is no state '\(name)'; there are \(known).")
                }
                return state.rawValue
            }
        }
    }

    /// The labels that the query item `selector` asks for.
    fileprivate var selector: LabelSelector {
        get throws {
            do throws(LabelSelector.SyntaxError) {
                return try query("selector").map { text throws(LabelSelector.SyntaxError) in try LabelSelector(text) }
                    ?? LabelSelector([])
            } catch {
                throw Problem(.badRequest, detail: "The selector is not understood: \(error).")
            }
        }
    }
}

extension Document {
    /// Which clusters belong to the group that this document describes.
    var groupSelector: [String: String] { spec["selector"]?.objectValue?.compactMapValues(\.stringValue) ?? [:] }
}
