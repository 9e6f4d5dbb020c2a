import HubTestSupport
import AgentProtocol
import Bundles
import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import JSON
import Testing

@Suite struct ReportRoutesTests {
    @Test func `a report moves its cluster's state and no other's`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("one", hub, caller)
            _ = try await TestAgent.enrolled("two", hub, caller)
            let revision = try await hub.commit(put: [.team("demo")])
            #expect(try await agent.report(.inSync, revision: revision))
            #expect(try await caller.cluster("one").state == .inSync)
            #expect(try await caller.cluster("two").state == .connected)
        }
    }

    @Test func `a report that is older than the last is not taken`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let revision = try await hub.commit(put: [.team("demo")])
            #expect(try await agent.report(.inSync, revision: revision, sequence: 2))
            #expect(try await !agent.report(.outOfSync, revision: revision, sequence: 1))
            #expect(try await !agent.report(.outOfSync, revision: revision, sequence: 2))
            #expect(try await caller.cluster("demo").state == .inSync)
            #expect(try await agent.report(.outOfSync, revision: revision, sequence: 3))
            #expect(try await caller.cluster("demo").state == .outOfSync)
        }
    }

    @Test func `a state keeps the time since when it is that one`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let revision = try await hub.commit(put: [.team("demo")])
            let since = hub.now
            #expect(try await agent.report(.inSync, revision: revision, sequence: 1))
            hub.advance(by: .seconds(10))
            #expect(try await agent.report(.inSync, revision: revision, sequence: 2))
            #expect(try await caller.cluster("demo").since == since.rfc3339)
        }
    }

    private func report(_ sequence: Int64, boot: String = "boot", layers: [String] = []) -> Report {
        Report(
            bootID: boot,
            sequence: sequence,
            generation: 1,
            revision: 1,
            state: .inSync,
            layers: layers.map {
                LayerReport(name: $0, digest: Digest(of: []), state: .inSync, objects: 1, applied: 1, failed: 0)
            },
            versions: Versions(agent: "1.0", kubernetes: "1.30"),
            observedAt: sequence
        )
    }

    @Test func `a delta is merged by any replica, and one without its base is asked for whole`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let (first, second) = (report(1, layers: ["a", "b"]), report(2, layers: ["b", "c"]))
            let delta = second.delta(since: first)
            let early = try await agent.send(.report, delta).message(ReportResponse.self)
            #expect(early == ReportResponse(accepted: false, needsFull: true))
            #expect(try await agent.send(.report, first).message(ReportResponse.self).accepted)
            try await hub.serve { other in
                let request = try agent.signed(.report, body: delta.json.serialized())
                let answer = try await other.with(token: nil).send(
                    request.method,
                    request.target,
                    headers: request.fields,
                    body: request.body
                )
                #expect(try answer.message(ReportResponse.self) == ReportResponse(accepted: true))
            }
            #expect(try await caller.cluster("demo").layers.map(\.name) == ["b", "c"])
            let repeated = try await agent.send(.report, delta).message(ReportResponse.self)
            #expect(repeated == ReportResponse(accepted: false))
            let lost = report(4).delta(since: report(3))
            #expect(try await agent.send(.report, lost).message(ReportResponse.self).needsFull)
        }
    }

    @Test func `a report of an earlier boot never overwrites what is newer`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            for boot in ["one", "two", "three"] {
                #expect(try await agent.send(.report, report(1, boot: boot)).message(ReportResponse.self).accepted)
            }
            for boot in ["one", "two"] {
                let answer = try await agent.send(.report, report(9, boot: boot)).message(ReportResponse.self)
                #expect(answer == ReportResponse(accepted: false))
            }
        }
    }

    @Test func `the status flood of one cluster is told to wait and hinders no other`() async throws {
        try await HubTest.with { hub, caller in
            let noisy = try await TestAgent.enrolled("noisy", hub, caller)
            let calm = try await TestAgent.enrolled("calm", hub, caller)
            for sequence in 1...60 {
                #expect(try await noisy.send(.report, report(Int64(sequence))).status == 200)
            }
            let answer = try await noisy.send(.report, report(61))
            try answer.problem(.tooManyRequests)
            #expect(answer.headers[.retryAfter] == "1")
            #expect(try await calm.send(.report, report(1)).status == 200)
            hub.advance(by: .seconds(1))
            #expect(try await noisy.send(.report, report(61)).status == 200)
        }
    }

    @Test func `a text of 1 MB is refused, and shorter ones are cut to 4 KB together`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            func body(_ length: Int) -> JSONValue {
                var json = report(1).json
                json["trustError"] = ["code": "c", "message": .string(String(repeating: "x", count: length))]
                return json
            }
            try await agent.send(.report, body(1 << 20)).problem(.tooLarge)
            #expect(try await agent.send(.report, body(100_000)).message(ReportResponse.self).accepted)
            let stored = try await hub.store.cluster(named: "demo").report?.body["trustError"]?["message"]
            #expect((stored?.stringValue?.utf8.count ?? 0) <= Report.maximumTextBytes)
            #expect(stored?.stringValue?.contains("[cut, sha256 ") == true)
        }
    }

    @Test func `a NUL that a container wrote keeps nobody's report from being stored`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            var json = report(1).json
            json["state"] = "degraded"
            json["notReady"] = [
                ["kind": "Pod", "name": "web", "reason": "Error", "message": "a\0b \\\\u0000 stays, as \\n does"]
            ]
            #expect(try await agent.send(.report, json).message(ReportResponse.self).accepted)
            let stored = try await hub.store.cluster(named: "demo").report?.body["notReady"]?[0]?["message"]
            #expect(stored == "a\u{FFFD}b \\\\u0000 stays, as \\n does")
        }
    }

    @Test func `a report of something else is a bad request`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let body: JSONValue = ["state": "inSync"]
            #expect(try await agent.send(.report, body).problem(.badRequest).detail.contains("bootID"))
        }
    }

    @Test func `a report beyond the bound is too large`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let body = [UInt8](repeating: UInt8(ascii: " "), count: (512 << 10) + 1)
            try await agent.send(try agent.signed(.report, body: body)).problem(.tooLarge)
        }
    }
}
