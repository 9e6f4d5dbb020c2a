import AgentWorldSupport
import AgentTestSupport
import AgentProtocol
import Bundles
import Concurrency
import JSON
import Testing

@testable import ClusterAgent

@Suite struct ReportTests {
    private func layer(_ names: String..., value: String = "1") -> ScriptedHub.Layer {
        ScriptedHub.Layer(
            name: "tenancy/a",
            objects: [.namespace("team-a")] + names.map { JSONValue.configMap($0, value) }
        )
    }

    private func report(
        _ sequence: Int64,
        _ state: Report.State = .inSync,
        generation: Int64 = 1,
        boot: String = "b",
        message: String = "m"
    ) -> Report {
        Report(
            bootID: boot,
            sequence: sequence,
            generation: generation,
            revision: 1,
            state: state,
            layers: [
                LayerReport(
                    name: "l",
                    digest: Digest(of: []),
                    state: state,
                    objects: 1,
                    applied: 1,
                    failed: 0,
                    message: message
                )
            ],
            versions: Versions(agent: "1", kubernetes: "1.30"),
            observedAt: sequence
        )
    }

    @Test("after the first report only deltas are sent, and the hub has the whole all the same") func deltas()
        async throws
    {
        try await AgentWorld.with { world in
            let other = ScriptedHub.Layer(name: "team/b", objects: [.configMap("b")])
            try await world.hub.publish([layer("a"), other])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                try await world.hub.publish([layer("a", value: "2"), other])
                _ = try await world.hub.inSync(2)
            }
            let (messages, reports) = (await world.hub.messages, await world.hub.reports)
            #expect(messages.first?.base == nil)
            #expect(messages.dropFirst().allSatisfy { $0.base != nil })
            #expect(messages.last?.layers.contains { $0.name == "team/b" } == false)
            #expect(reports.last?.layers.map(\.name) == ["team/b", "tenancy/a"])
        }
    }

    @Test("a hub that lost the last report is sent a whole one") func needsFull() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer("a")])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                await world.hub.forgetReport()
                try await world.hub.publish([layer("a", value: "2")])
                let report = try await world.hub.inSync(2)
                #expect(report.layers.map(\.name) == ["tenancy/a"])
            }
        }
    }

    @Test("the hub learns the state of every object by buckets") func objects() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer("a", "b", "c")])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                let first = try await world.hub.allObjects()
                #expect(Set(first.map(\.name)) == ["team-a", "a", "b", "c"])
                #expect(first.allSatisfy { $0.state == .applied && $0.health == .ready && $0.layer == "tenancy/a" })
                try await world.hub.publish([layer("a", "d")])
                _ = try await world.hub.inSync(2)
                #expect(Set(try await world.hub.allObjects().map(\.name)) == ["team-a", "a", "d"])
            }
        }
    }

    @Test("what changes after the first report travels with the report, and need not be asked for")
    func carriedObjects() async throws {
        try await AgentWorld.with { world in
            try await world.hub.publish([layer("a", "b")])
            try await world.agent {
                _ = try await world.hub.inSync(1)
                _ = try await world.hub.allObjects()
                let count = await world.hub.messages.count
                try await world.hub.publish([layer("a", "b", value: "2")])
                _ = try await world.hub.inSync(2)
                _ = try await world.hub.allObjects()
                let carried = await world.hub.messages.dropFirst(count).flatMap(\.buckets).flatMap(\.objects)
                #expect(Set(carried.map(\.name)).isSuperset(of: ["a", "b"]))
            }
            #expect(await world.hub.messages.first?.buckets.isEmpty == true)
            #expect(await world.hub.reports.allSatisfy { $0.buckets.isEmpty })
        }
    }

    // MARK: - The journal

    @Test("the journal gives reports back in their order, also from disk") func order() throws {
        var journal = ReportJournal()
        for sequence in 1...5 { journal.append(report(Int64(sequence), boot: sequence < 3 ? "old" : "new")) }
        var read = ReportJournal(decoding: journal.encoded(with: report(6)))
        var sequences: [Int64] = []
        while let first = read.first {
            sequences.append(first.sequence)
            read.removeFirst(first)
        }
        #expect(sequences == [1, 2, 3, 4, 5, 6])
        #expect(ReportJournal().encoded(with: nil).isEmpty)
        #expect(ReportJournal(decoding: Array("torn\n{}".utf8)).isEmpty)
    }

    @Test("a full journal keeps transitions, gives up repetitions and counts them") func coalesced() throws {
        var journal = ReportJournal()
        for sequence in 1...1_000 {
            let state: Report.State = sequence == 400 ? .outOfSync : .inSync
            journal.append(report(Int64(sequence), state, generation: sequence < 700 ? 1 : 2))
        }
        #expect(journal.count == ReportJournal.maximumReports)
        #expect(journal.dropped == 1_000 - ReportJournal.maximumReports)
        var transitions: [String] = []
        var last: Int64 = 0
        while let first = journal.first {
            #expect(first.sequence > last)
            last = first.sequence
            let text = "\(first.generation) \(first.state.rawValue)"
            if transitions.last != text { transitions.append(text) }
            journal.removeFirst(first)
        }
        #expect(last == 1_000)
        #expect(transitions == ["1 inSync", "1 outOfSync", "1 inSync", "2 inSync"])
        #expect(journal.dropped == 0)
    }

    @Test("a journal of long reports stays within its bytes, the oldest lose their detail first") func bytes() throws {
        var journal = ReportJournal()
        for sequence in 1...255 {
            var report = self.report(Int64(sequence), generation: Int64(sequence))
            report.layers = (0..<40).map { report.layers[0].with(name: "layer-\($0)") }
            journal.append(report)
        }
        #expect(journal.encoded(with: nil).count <= ReportJournal.maximumBytes + 512)
        #expect(journal.count == 255)
        #expect(journal.first?.layers.isEmpty == true)
        #expect(journal.first?.generation == 1)
    }

    @Test("a report that is put back is the oldest") func putBack() throws {
        var journal = ReportJournal()
        journal.append(report(2))
        journal.prepend(report(1))
        #expect(journal.first?.sequence == 1)
        journal.removeFirst(report(2))
        #expect(journal.count == 2)
    }
}

extension LayerReport {
    fileprivate func with(name: String) -> LayerReport {
        LayerReport(
            name: name,
            digest: digest,
            state: state,
            objects: objects,
            applied: applied,
            failed: failed,
            message: message
        )
    }
}
