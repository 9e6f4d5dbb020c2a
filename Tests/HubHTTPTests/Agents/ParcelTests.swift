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

@testable import HubHTTP

/// Answers to polls that carry along what their askers would ask for next.
@Suite struct ParcelTests {
    private static let plainType = "application/json"

    /// A poll of an agent that has the layers of `generation`.
    private static func poll(
        _ agent: TestAgent,
        after version: Int64,
        generation: Int64,
        root: Int64? = 1,
        wait: Int = 0
    ) async throws -> HubAnswer {
        let poll = AgentRoute.Poll(after: version, waitSeconds: wait, root: root, generation: generation)
        return try await agent.send(.metadata(.timestamp, poll: poll))
    }

    private static func parcel(_ answer: HubAnswer) throws -> Parcel {
        try #require(answer.status == 200, "\(answer.text)")
        #expect(answer.headers[.contentType] == Parcel.mediaType)
        #expect(answer.headers[.cacheControl] == "no-store")
        return try Parcel(parsing: answer.bytes)
    }

    /// Takes up what a parcel carries, without asking for anything else.
    private static func take(
        _ parcel: Parcel,
        by agent: TestAgent,
        onto trust: TrustedState? = nil
    ) throws -> TrustedState {
        var update = TrustUpdate(try #require(trust ?? agent.trust), now: agent.hub.now.seconds)
        while true {
            switch update.next {
            case .root(let version, _):
                #expect(parcel[.metadata(.root(version: version))] == [])
                try update.rootsAreCurrent()
            case .timestamp: _ = try update.updateTimestamp(parcel.timestamp)
            case .snapshot(let version, _):
                try update.updateSnapshot(try #require(parcel[.metadata(.snapshot(version: version))]))
            case .targets(let version, _):
                try update.updateTargets(try #require(parcel[.metadata(.targets(version: version))]))
            case .delegated, .done: return update.state
            }
        }
    }

    @Test func `one answer carries all that the first bundle needs, and the next one only what is new`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            try await hub.commit(put: [.team("one"), .service("hello", team: "one")])
            try await hub.publish()
            let first = try Self.parcel(try await Self.poll(agent, after: 0, generation: 0))
            #expect(first.entries.first?.name == .metadata(.timestamp))
            let trust = try Self.take(first, by: agent)
            let bundle = try #require(try trust.bundle())
            #expect(bundle.generation == 1)
            #expect(Set(first.layers.keys) == Set(bundle.layers.map(\.digest)))
            for layer in bundle.layers {
                let bytes = try #require(first.layers[layer.digest])
                #expect(Digest(of: bytes) == layer.digest)
            }

            try await hub.commit(put: [.team("two")])
            try await hub.publish()
            let second = try Self.parcel(try await Self.poll(agent, after: 1, generation: 1))
            let next = try #require(try Self.take(second, by: agent, onto: trust).bundle())
            let known = Set(bundle.layers.map(\.digest))
            #expect(Set(second.layers.keys) == Set(next.layers.map(\.digest)).subtracting(known))
            #expect(second.layers.count < next.layers.count)
            #expect(next.layers.contains { $0.name == "tenancy/two" && second.layers[$0.digest] != nil })
        }
    }

    @Test func `an agent that is ahead, or far behind, is carried all layers that it may lack`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            for name in ["a", "b", "c", "d", "e"] {
                try await hub.commit(put: [.team(name)])
                try await hub.publish()
            }
            for generation in [0, 900] as [Int64] {
                let parcel = try Self.parcel(try await Self.poll(agent, after: 0, generation: generation))
                let bundle = try #require(try Self.take(parcel, by: agent).bundle())
                #expect(Set(parcel.layers.keys) == Set(bundle.layers.map(\.digest)))
            }
        }
    }

    @Test func `a renewed timestamp carries nothing but that there is no newer root`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            try await hub.commit(put: [.team("demo")])
            try await hub.publish()
            let trust = try Self.take(try Self.parcel(try await Self.poll(agent, after: 0, generation: 0)), by: agent)
            hub.advance(by: .seconds(13 * 3_600))
            #expect(try await hub.renew() == 1)
            let parcel = try Self.parcel(try await Self.poll(agent, after: 1, generation: 1))
            #expect(parcel.entries.map(\.name) == [.metadata(.timestamp), .metadata(.root(version: 2))])
            #expect(try Self.take(parcel, by: agent, onto: trust).timestamp?.content.version == 2)
        }
    }

    @Test func `a parcel wakes its asker when a bundle is published`() async throws {
        try await HubTest.with(isListening: true) { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            async let waiting = Self.poll(agent, after: 0, generation: 0, wait: 30)
            try await hub.commit(put: [.team("demo")])
            try await hub.publish()
            let parcel = try Self.parcel(try await waiting)
            #expect(try Self.take(parcel, by: agent).bundle()?.generation == 1)
            #expect(!parcel.layers.isEmpty)
            #expect(try await Self.poll(agent, after: 1, generation: 1, wait: 1).status == 304)
        }
    }

    @Test func `who does not ask for a parcel, or lacks a root, gets the plain timestamp`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            #expect(try await Self.poll(agent, after: 0, generation: 0).status == 304)
            try await hub.commit(put: [.team("demo")])
            try await hub.publish()
            let plain = try await agent.timestamp(after: 0, waitSeconds: 0)
            #expect(plain.headers[.contentType] == Self.plainType)
            let behind = try await Self.poll(agent, after: 0, generation: 0, root: 0)
            #expect(behind.headers[.contentType] == Self.plainType)
            #expect(behind.bytes == plain.bytes)
            let silent = try Self.parcel(try await Self.poll(agent, after: 0, generation: 0, root: nil))
            #expect(silent[.metadata(.root(version: 2))] == nil)
        }
    }

    @Test func `a revoked agent is told so, and no parcel is packed for it`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            try await hub.commit(put: [.team("demo")])
            try await hub.publish()
            let key = AgentKey(clusterID: agent.clusterID, keyID: agent.key.publicKey.keyID)
            let stranger = AgentKey(clusterID: agent.clusterID, keyID: "another")
            let nobody = AgentKey(clusterID: "nobody", keyID: "another")
            let questions = [key, stranger, nobody].map { ParcelQuestion($0, after: 0, generation: 0) }
            let contents = try await hub.store.parcelContents(for: Set(questions))
            #expect(contents[questions[0]]?.held.isAdmitted == true)
            #expect(contents[questions[0]]?.files.count == 2)
            for question in questions.dropFirst() {
                let refused = try #require(contents[question])
                #expect(!refused.held.isAdmitted)
                #expect(refused.held.bytes == nil && refused.files.isEmpty && refused.layers.isEmpty)
            }
        }
    }

    @Test func `many are answered in one statement, each with what it asked for`() async throws {
        try await HubTest.with { hub, caller in
            var keys: [AgentKey] = []
            for name in ["one", "two", "three"] {
                let agent = try await TestAgent.enrolled(name, hub, caller)
                keys.append(AgentKey(clusterID: agent.clusterID, keyID: agent.key.publicKey.keyID))
            }
            try await hub.commit(put: [.team("demo")])
            try await hub.publish()
            let questions = keys.flatMap { key in
                [(0, 0), (0, 1), (1, 0)].map { ParcelQuestion(key, after: $0.0, generation: $0.1) }
            }
            let contents = try await hub.store.parcelContents(for: Set(questions))
            #expect(contents.count == 9)
            for (question, content) in contents {
                let isNews = question.after == 0 && question.generation == 0
                #expect(content.held.bytes != nil && content.generation == 1)
                #expect(content.files.isEmpty == !isNews && content.layers.isEmpty == !isNews)
                #expect(content.layers.map(\.length) == content.layers.map(\.length).sorted())
            }
        }
    }

    @Test func `layers that clusters share are read once, and sealed ones are not kept`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            try await hub.commit(put: [.team("demo"), .service("hello", team: "demo"), .pullSecret(password: "c4nary")])
            try await hub.publish()
            let parcel = try Self.parcel(try await Self.poll(agent, after: 0, generation: 0))
            let bundle = try #require(try Self.take(parcel, by: agent).bundle())
            let reads = AgentReads(hub.store)
            let digests = Set(bundle.layers.map(\.digest))
            #expect(try await reads.layers(digests) == parcel.layers)
            let shelf = LayerShelf(capacity: 4_000)
            for layer in bundle.layers {
                let stored = StoredLayer(
                    digest: layer.digest,
                    mediaType: layer.mediaType.rawValue,
                    bytes: parcel.layers[layer.digest] ?? []
                )
                shelf.put(stored)
                shelf.put(stored)
                #expect(shelf.byteCount <= 4_000)
            }
            let kept = shelf.layers(digests)
            #expect(kept.values.reduce(0) { $0 + $1.count } == shelf.byteCount)
            for layer in bundle.layers where layer.mediaType == .sealed || layer.length > 1_000 {
                #expect(kept[layer.digest] == nil)
            }
        }
    }

    @Test func `parcels on their way share one room, and give back what they took`() {
        let room = ParcelRoom(bytes: 10)
        var shares = [room.take(6), room.take(4)]
        #expect(shares.allSatisfy { $0 != nil })
        #expect(room.take(1) == nil)
        shares.removeFirst()
        #expect(room.take(7) == nil)
        #expect(room.take(6) != nil)
    }
}
