import HubAPI
import HubStore
import Hummingbird

/// Which events a reader asked for.
struct EventFilter: Hashable, Sendable {
    private let kinds: EventKinds
    private let cluster: String?
    private let team: String?

    init(kinds: EventKinds = .all, cluster: String? = nil, team: String? = nil) {
        self.kinds = kinds
        self.cluster = cluster
        self.team = team
    }

    /// Takes the query items `kind`, with commas between several, `cluster` and `team`.
    ///
    /// - Throws: `Problem` for what is no kind.
    init(_ request: Request) throws {
        cluster = request.query("cluster")
        team = request.query("team")
        guard let kinds = EventKinds((request.query("kind") ?? "").split(separator: ",").map(String.init)) else {
            throw Problem(
                .badRequest,
                detail:
                    "The query item 'kind' names up to \(EventKinds.most) kinds, such as cluster.paused or cluster.*."
            )
        }
        self.kinds = kinds
    }

    func matches(_ event: EventRecord) -> Bool {
        (cluster == nil || event.cluster == cluster) && (team == nil || event.team == team)
            && kinds.contains(event.kind)
    }
}
