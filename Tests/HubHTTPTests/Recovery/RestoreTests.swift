import AgentProtocol
import Bundles
import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import HubTestSupport
import JSON
import Testing
import Values

/// The hub's database is restored from an older backup, and its agents are ahead.
@Suite struct RestoreTests {
    @Test func `a poll tells that an agent is ahead: nothing is issued at or below what it has seen, and then above`()
        async throws
    {
        try await HubTest.withRestore(before: Self.oneCluster, lost: Self.threeRevisions) { hub, caller, agents, _ in
            var paris = agents[0]
            let seen = try #require(paris.trust?.timestamp?.content.version)
            #expect(seen > 1)
            let bundle = try #require(try paris.trust?.bundle())
            #expect(try await paris.timestamp(after: seen, waitSeconds: 0).status == 200)

            let status: RecoveryStatus = try await caller.get(Route.recovery.path()).message()
            #expect(status.isOpen && status.cause == "agents" && status.ahead == 1)
            let waiting = try await Self.clusters(caller)
            #expect(waiting.map(\.seen.timestamp) == [seen] && waiting[0].stored.timestamp < seen)

            try await hub.commit(put: [.team("other")])
            try await hub.publish()
            try await hub.renew()
            let stored = waiting[0].stored
            #expect(try await Self.counters(of: "paris", hub) == [stored.generation, stored.timestamp])

            let result: RecoveryResult = try await caller.post(Route.recoveryFinish.path(), [:] as JSONValue).message()
            #expect(result.released == ["paris"] && result.waiting.isEmpty)
            try await hub.publish()
            let next = try await paris.refresh()
            #expect(next.generation > bundle.generation)
            #expect(try await Self.counters(of: "paris", hub)[1] > seen)
            #expect(next.layers.contains { $0.name == "team/other" })
            let quiet: RecoveryStatus = try await caller.get(Route.recovery.path()).message()
            #expect(!quiet.isOpen)
        }
    }

    @Test func `a report tells that an agent is ahead, of generations, revisions and the audit log`() async throws {
        try await HubTest.withRestore(before: Self.oneCluster, lost: Self.threeRevisions) { hub, caller, agents, look in
            let paris = agents[0]
            let bundle = try #require(try paris.trust?.bundle())
            _ = try await paris.report(
                .inSync,
                revision: bundle.revision,
                generation: bundle.generation,
                sequence: 9
            )
            await look()
            let waiting = try await Self.clusters(caller)
            #expect(waiting.map(\.state) == ["ahead"])
            #expect(waiting[0].seen.generation == bundle.generation)
            #expect(waiting[0].seen.revision == bundle.revision)
            let status: RecoveryStatus = try await caller.get(Route.recovery.path()).message()
            #expect(status.lostRevision == bundle.revision)
            let events = try await hub.store.securityEvents()
            #expect(events.map(\.event.kind) == [.agentAhead])
        }
    }

    @Test func `a bundle that was about to go out as the agent reports a later generation does not`() async throws {
        try await HubTest.withRestore(before: Self.oneCluster, lost: Self.threeRevisions) { hub, caller, agents, _ in
            let paris = agents[0]
            let bundle = try #require(try paris.trust?.bundle())
            _ = try await paris.report(.inSync, revision: 1, generation: bundle.generation, sequence: 9)
            let before = try await Self.counters(of: "paris", hub)
            // Nobody has looked yet; the transaction that would issue it does.
            try await hub.commit(put: [.team("other")])
            try await hub.publish()
            #expect(try await Self.counters(of: "paris", hub) == before)
        }
    }

    @Test func `no revision number means two contents`() async throws {
        try await HubTest.withRestore(before: Self.oneCluster, lost: Self.threeRevisions) { hub, caller, agents, look in
            let paris = agents[0]
            let lost = try #require(try paris.trust?.bundle()).revision
            _ = try await paris.report(.inSync, revision: lost, generation: 4, sequence: 9)
            await look()
            let latest = try await hub.store.latestRevision()
            let revision = try await hub.commit(put: [.team("other")])
            #expect(revision > lost)
            let history = try await hub.store.revisions()
            #expect(history.map(\.number).prefix(3) == [revision, revision - 1, latest])
            #expect(history[1].author == "hub" && history[1].changeCount == 0)
            #expect(history[1].message.contains("revision \(lost) was the last"))
            let next = try await hub.commit(put: [.team("more")])
            #expect(next == revision + 1)
            // What was there can be read at any number, also at a lost one.
            #expect(try await hub.store.allDocuments(at: lost) == hub.store.allDocuments(at: latest))
        }
    }

    @Test func `a cluster that was not heard waits; one that was heard and is not ahead goes on at once`() async throws
    {
        try await HubTest.withRestore(
            before: Self.clusters("ahead", "calm", "silent"),
            lost: { hub, _, agents in
                var agents = agents
                // Only the first has its agent there in the time that is lost.
                try await hub.commit(put: [.team("lost")])
                try await hub.publish()
                _ = try await agents[0].refresh()
                return agents
            }
        ) { hub, caller, agents, look in
            var agents = agents
            let seen = try #require(agents[0].trust?.timestamp?.content.version)
            _ = try await agents[0].timestamp(after: seen, waitSeconds: 0)
            #expect(try await Self.states(caller) == ["ahead": "ahead", "calm": "unheard", "silent": "unheard"])

            try await hub.commit(put: [.team("other")])
            try await hub.publish()
            let calm = try await Self.counters(of: "calm", hub)
            await look()
            let known = try #require(agents[1].trust?.timestamp?.content.version)
            _ = try await agents[1].timestamp(after: known, waitSeconds: 0)
            #expect(try await Self.states(caller) == ["ahead": "ahead", "silent": "unheard"])
            try await hub.publish()
            #expect(try await Self.counters(of: "calm", hub)[0] == calm[0] + 1)
            #expect(try await agents[1].refresh().layers.contains { $0.name == "team/other" })

            // The operator goes on: the silent one gets a margin, and its agent takes what comes then.
            _ = try await caller.post(Route.recoveryFinish.path(), [:] as JSONValue).message(RecoveryResult.self)
            try await hub.publish()
            #expect(try await agents[2].refresh().generation > RecoveryLimits.unheardMargin)
            #expect(try await agents[0].refresh().layers.contains { $0.name == "team/other" })
            await look()
            #expect(try await Self.clusters(caller).isEmpty)
        }
    }

    @Test func `the hub's own memory tells that its database is older`() async throws {
        try await HubTest.with { hub, _ in
            try await hub.commit(put: [.team("demo")])
            let memory = try await hub.store.memory()
            #expect(try await hub.store.compare(with: memory) == nil)
            try await hub.commit(put: [.team("more")])
            #expect(try await hub.store.compare(with: memory) == nil, "a database that went on is not older")
            #expect(try await !hub.store.isInRecovery())

            let later = HubMemory(
                audit: memory.audit,
                revision: memory.revision + 7,
                root: memory.root,
                timestamps: memory.timestamps
            )
            #expect(try await hub.store.compare(with: later)?.contains("Revision") == true)
            #expect(try await hub.store.isInRecovery())
            #expect(try await hub.commit(put: [.team("again")]) > later.revision)
        }
    }

    @Test func `a memory of another audit log is noticed, whatever its length`() async throws {
        let known = AuditHead(sequence: 5, hash: Digest(of: [1]))
        let now = AuditHead(sequence: 9, hash: Digest(of: [2]))
        let memory = HubMemory(audit: known, revision: 3, root: 1, timestamps: 10)
        func lack(_ now: HubMemory, isAuditThere: Bool = true) -> String? {
            memory.isForgotten(by: now, isAuditThere: isAuditThere)
        }
        #expect(lack(HubMemory(audit: now, revision: 3, root: 1, timestamps: 10)) == nil)
        #expect(lack(HubMemory(audit: now, revision: 9, root: 2, timestamps: 1)) == nil, "a cluster was removed")
        #expect(lack(HubMemory(audit: now, revision: 9, root: 2, timestamps: 11), isAuditThere: false) != nil)
        #expect(lack(HubMemory(audit: nil, revision: 9, root: 2, timestamps: 11), isAuditThere: false) != nil)
        #expect(lack(HubMemory(audit: known, revision: 3, root: 1, timestamps: 9)) != nil, "timestamps were signed")
        #expect(lack(HubMemory(audit: now, revision: 9, root: 0, timestamps: 11)) != nil)
    }

    // MARK: - Stretches

    private static let oneCluster = clusters("paris")

    private static func clusters(_ names: String...) -> HubTest.Stretch {
        { hub, caller, _ in
            var agents: [TestAgent] = []
            for name in names { agents.append(try await TestAgent.enrolled(name, hub, caller)) }
            try await hub.commit(put: [.team("demo")])
            try await hub.publish()
            for index in agents.indices { _ = try await agents[index].refresh() }
            return agents
        }
    }

    private static let threeRevisions: HubTest.Stretch = { hub, _, agents in
        var agents = agents
        for name in ["one", "two", "three"] {
            try await hub.commit(put: [.team(name)])
            try await hub.publish()
            for index in agents.indices { _ = try await agents[index].refresh() }
        }
        return agents
    }

    // MARK: - What is there

    private static func counters(of name: String, _ hub: HubTest) async throws -> [Int64] {
        let state = try await hub.store.publicationState(clusterID: hub.store.cluster(named: name).id)
        return [state.cluster.generation, state.timestampVersion]
    }

    private static func clusters(_ caller: HubCaller) async throws -> [RecoveryCluster] {
        try await caller.get(Route.recoveryClusters.path()).message(HubAPI.Page<RecoveryCluster>.self).items
    }

    private static func states(_ caller: HubCaller) async throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try await clusters(caller).map { ($0.name, $0.state) })
    }
}
