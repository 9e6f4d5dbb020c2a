import AgentProtocol
import Bundles
import Concurrency
import HTTPTypes
import HubAPI
import HubHTTP
import HubStore
import HubTestSupport
import Hummingbird
import JSON
import Postgres
import Testing

/// What one cluster's agent can reach of another's: nothing, and it cannot tell whether there was anything.
@Suite struct ForeignClusterTests {
    /// One way to ask for what is another's, and the same question about what never was.
    private struct Attempt {
        let foreign: AgentRoute
        let absent: AgentRoute
    }

    /// What a row of the database tells about a cluster, so that a change shows.
    private func rows(of clusterID: String, _ hub: HubTest) async throws -> String {
        let tables = [
            "agents", "agent_sightings", "cluster_reports", "cluster_objects", "cluster_metadata", "bundle_layers",
            "enrolment_tokens", "admission_requests", "installations",
        ]
        var dump = ""
        for table in tables {
            dump += try await hub.store.pool.query(
                """
                SELECT coalesce(string_agg(t::text, ' ' ORDER BY t::text), '') FROM \(identifier: table) t
                WHERE cluster_id = \(clusterID)
                """
            )[0].get(0, as: String.self)
        }
        return dump
    }

    @Test("27 · a parcel carries nothing of another cluster, whatever its asker says that it has")
    func parcels() async throws {
        try await HubTest.with { hub, caller in
            var paris = try await TestAgent.enrolled("paris", hub, caller)
            var rome = try await TestAgent.enrolled("rome", hub, caller)
            try await hub.commit(put: [.team("a"), .pullSecret(password: "c4nary")])
            try await hub.publish()
            let foreign = Set(try await paris.refresh().layers.map(\.digest))
            let own = Set(try await rome.refresh().layers.map(\.digest))
            #expect(!foreign.subtracting(own).isEmpty)
            for generation in [0, 7, Int64.max] {
                for after in [0, 7] as [Int64] {
                    let poll = AgentRoute.Poll(after: after, waitSeconds: 0, root: 1, generation: generation)
                    let answer = try await rome.send(.metadata(.timestamp, poll: poll))
                    let parcel = try Parcel(parsing: answer.bytes)
                    #expect(Set(parcel.layers.keys) == own)
                    let mine = try await rome.send(.metadata(.timestamp, poll: nil)).bytes
                    #expect(parcel.timestamp == mine)
                    for entry in parcel.entries.dropFirst() {
                        guard case .metadata(let file) = entry.name, !entry.bytes.isEmpty else { continue }
                        #expect(try await rome.send(.metadata(file, poll: nil)).bytes == entry.bytes)
                    }
                }
            }
        }
    }

    @Test("27 · on every route of agents another cluster's things are as absent as what never was")
    func everyRoute() async throws {
        try await HubTest.with { hub, caller in
            var paris = try await TestAgent.enrolled("paris", hub, caller)
            try await hub.commit(put: [.team("a")])
            try await hub.publish()
            let bundle = try await paris.refresh()
            #expect(try await paris.report(.inSync, revision: 1))
            let rome = try await TestAgent.enrolled("rome", hub, caller)
            let layer = try #require(bundle.layers.first)
            let before = try await rows(of: paris.clusterID, hub)

            for route in hub.application.router.routes where route.path.description.hasPrefix(AgentRoute.prefix) {
                switch (route.method, route.path.description) {
                case (.get, "\(AgentRoute.prefix)/tuf/{file}"):
                    for file in [MetadataFileName.timestamp, .snapshot(version: 1), .targets(version: 1)] {
                        let absent = MetadataFileName.targets(version: 999)
                        try await expectAlike(
                            Attempt(
                                foreign: .metadata(file, poll: nil),
                                absent: file == .timestamp ? .metadata(file, poll: nil) : .metadata(absent, poll: nil)
                            ),
                            by: rome
                        )
                    }
                case (.get, "\(AgentRoute.prefix)/layers/sha256/{digest}"):
                    try await expectAlike(
                        Attempt(foreign: .layer(layer.digest), absent: .layer(Digest(of: Array("never".utf8)))),
                        by: rome
                    )
                case (.post, AgentRoute.report.path), (.post, AgentRoute.objects.path), (.post, AgentRoute.trial.path),
                    (.post, AgentRoute.rotate.path), (.post, AgentRoute.renew.path), (.post, AgentRoute.enrol.path):
                    try await claim(route.path.description, paris, by: rome)
                default:
                    Issue.record("\(route) is new: say here what another cluster's agent gets of it")
                }
                #expect(try await rows(of: paris.clusterID, hub) == before, "\(route)")
            }
        }
    }

    /// Both answers are 404, and alike to the byte.
    private func expectAlike(_ attempt: Attempt, by agent: TestAgent) async throws {
        let foreign = try await agent.send(attempt.foreign)
        let absent = try await agent.send(attempt.absent)
        #expect(foreign.status == 404, "\(attempt.foreign)")
        #expect(absent.status == 404)
        // The name that was asked for is repeated, so that the lengths may differ.
        for name in foreign.headers.map(\.name) + absent.headers.map(\.name) where name != .contentLength {
            #expect(foreign.headers[name] == absent.headers[name])
        }
        let (one, other) = (try foreign.problem(.notFound), try absent.problem(.notFound))
        // The only difference is the name that was asked for.
        #expect(one.title == other.title)
        #expect(one.hint == other.hint)
        let words = one.detail.split(separator: " ").count
        #expect(words == other.detail.split(separator: " ").count)
    }

    /// A message that names another cluster concerns the cluster of the key that signed it.
    private func claim(_ path: String, _ victim: TestAgent, by agent: TestAgent) async throws {
        let report = Report(
            bootID: victim.bootID,
            sequence: 99,
            generation: 99,
            revision: 99,
            state: .degraded,
            versions: Versions(agent: "1.0", kubernetes: "1.30"),
            observedAt: agent.hub.now.milliseconds
        )
        var body: JSONValue =
            switch path {
            case AgentRoute.report.path: report.json
            case AgentRoute.objects.path: ObjectsReport(bootID: victim.bootID, buckets: []).json
            case AgentRoute.trial.path: TrialReport(id: "a1", failure: "forged").json
            case AgentRoute.rotate.path: try victim.rotation(to: agent.with(key: SigningKey(), sealing: .init())).json
            case AgentRoute.renew.path: try victim.renewal(to: agent.with(key: SigningKey(), sealing: .init())).json
            default: victim.enrolment(token: "otomi_enrol_paris_0").json
            }
        for (member, value) in [("cluster", "paris"), ("clusterID", victim.clusterID), ("keyID", victim.key.keyID)] {
            body[member] = .string(value)
        }
        let route = try #require(AgentRoute(method: "POST", path: path))
        let answer = try await agent.send(try agent.signed(route, body: body.serialized()))
        if ![.report, .objects, .trial].contains(route) {
            #expect([401, 403].contains(answer.status), "\(path): \(answer.text)")
        }
    }
}
