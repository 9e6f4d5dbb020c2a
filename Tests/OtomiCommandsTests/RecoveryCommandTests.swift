import HubAPI
import JSON
import Testing

@testable import OtomiCommands

/// What operators see and decide after a restored backup.
@Suite struct RecoveryCommandTests {
    private static let status = RecoveryStatus(
        isOpen: true,
        cause: "memory",
        detail: "The audit log ends at entry 40, and this hub has seen entry 55.",
        since: "2026-01-02T03:00:00Z",
        baseRevision: 17,
        latestRevision: 17,
        lostRevision: 20,
        lostRoot: 3,
        clusters: ["ahead": 2, "unheard": 1]
    )

    private static func cluster(
        _ name: String,
        _ state: String,
        seen: Int64 = 0,
        obstacle: String? = nil
    ) -> RecoveryCluster {
        RecoveryCluster(
            name: name,
            state: state,
            since: "2026-01-02T03:03:25Z",
            lastSeen: "2026-01-02T03:04:02Z",
            stored: .init(generation: 5, timestamp: 9, revision: 17, root: 1, audit: 40),
            seen: .init(generation: seen, timestamp: seen, revision: seen, root: 1, audit: 0),
            obstacle: obstacle
        )
    }

    private static let clusters = Page(items: [
        cluster("lagos", "unheard"), cluster("paris", "ahead", seen: 20),
        cluster("tokyo", "ahead", seen: 1 << 40, obstacle: "Its agent claims more than a backup explains."),
    ])

    @Test("the clusters that are ahead come first, with what the database has and what they have seen")
    func show() async {
        let hub = FakeHub([
            "GET /api/v1/recovery": [.json(Self.status.json)],
            "GET /api/v1/recovery/clusters": [.json(Self.clusters.json)],
        ])
        let outcome = await otomi("recovery", "show", hub: hub)
        #expect(
            outcome.output == """
                In recovery since 2026-01-02T03:00:00Z (memory): The audit log ends at entry 40, and this hub has seen \
                entry 55.
                Revisions 18 to 20 are lost; the next one has a higher number. Make those changes again, from a Git mirror \
                or by hand.
                Agents trust root 3, which the database lost. Bring it back: otomi recovery root FILE
                Clusters that are ahead keep what they run; finishing gives them what the hub has now.
                What was revoked or disabled since the backup is valid again: revoke and disable it again.
                When the values are as they should be: otomi recovery finish

                CLUSTER  STATE    SINCE  GENERATION         TIMESTAMP          REVISION            ROOT  SEEN  BY
                paris    ahead    40s    5 → 20             9 → 20             17 → 20             1     3s
                tokyo    ahead    40s    5 → 1099511627776  9 → 1099511627776  17 → 1099511627776  1     3s
                lagos    unheard  40s    5                  9                  17                  1     3s
                tokyo: Its agent claims more than a backup explains.

                """
        )
    }

    @Test("where nothing was restored there is nothing to recover")
    func quiet() async {
        let hub = FakeHub([
            "GET /api/v1/recovery": [.json(RecoveryStatus(isOpen: false, latestRevision: 17).json)],
            "GET /api/v1/recovery/clusters": [.json(Page<RecoveryCluster>(items: []).json)],
        ])
        let outcome = await otomi("recovery", "show", hub: hub)
        #expect(outcome.output == "The database is where its fleet is: there is nothing to recover.\n")
    }

    @Test("the status says above everything else that the database was restored")
    func notice() async {
        let fleet = FleetStatus(revision: 17, version: "1", clusters: [], recovery: Self.status)
        let outcome = await otomi("status", hub: FakeHub(["GET /api/v1/status": [.json(fleet.json)]]))
        #expect(
            outcome.output.hasPrefix(
                "The database was restored from an older backup: 2 clusters ahead of it, 1 cluster not heard yet; nothing "
                    + "is issued to them. Look: otomi recovery show\n"
            )
        )
    }

    @Test("finishing asks, having said what is lost, and names who waits for a word of its own")
    func finish() async {
        let result = RecoveryResult(released: ["lagos", "paris"], waiting: ["tokyo"], marker: 1_018)
        let hub = FakeHub([
            "GET /api/v1/recovery": [.json(Self.status.json)],
            "POST /api/v1/recovery/finish": [.json(result.json)],
        ])
        let outcome = await otomi("recovery", "finish", hub: hub, person: Person(types: "y", hasErrorTerminal: true))
        #expect(outcome.error.contains("Revisions 18 to 20 are lost"))
        #expect(
            outcome.output == """
                The recovery is finished; 2 clusters are issued to again.
                Revision 1018 marks in the history what is lost.
                Cluster tokyo waits for a word of its own: otomi recovery show

                """
        )
        let refused = await otomi("recovery", "finish", hub: hub, person: Person(types: "n", hasErrorTerminal: true))
        #expect(refused.status == .failure)
        #expect(hub.requests.count { $0.line == "POST /api/v1/recovery/finish" } == 1)
    }

    @Test("one cluster is decided about by name")
    func decide() async {
        let hub = FakeHub([
            "POST /api/v1/recovery/clusters/paris": [.json(Self.cluster("paris", "accepted", seen: 20).json)]
        ])
        #expect(await otomi("recovery", "accept", "paris", "--yes", hub: hub).status == .success)
        #expect(hub.requests.last?.body == ["decision": "accept"])
        #expect(await otomi("recovery", "dismiss", "paris", "--yes", hub: hub).status == .success)
        #expect(hub.requests.last?.body == ["decision": "dismiss"])
    }

    @Test("a person begins a recovery where nothing else tells, and gives back a lost root")
    func beginAndRoot() async throws {
        let hub = FakeHub([
            "POST /api/v1/recovery": [.json(Self.status.json)],
            "POST /api/v1/recovery/roots": [.json(Self.status.json)],
        ])
        let begun = await otomi("recovery", "begin", "--reason", "from last night", "--yes", hub: hub)
        #expect(begun.status == .success)
        #expect(hub.requests.last?.body == ["reason": "from last night"])

        try await withTemporaryFolder(["root.json": "{\"signed\":{}}", "other.json": "no root"]) { folder in
            let given = await otomi("recovery", "root", "\(folder)/root.json", hub: hub)
            #expect(given.output == "The hub has the root; agents trust root 3: give the next one.\n")
            #expect(hub.requests.last?.body == ["file": ["signed": [:]]])
            #expect(await otomi("recovery", "root", "\(folder)/other.json", hub: hub).status == .invalid)
        }
    }
}
