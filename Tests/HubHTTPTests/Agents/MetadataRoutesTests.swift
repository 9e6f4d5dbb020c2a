import HubTestSupport
import AgentProtocol
import Bundles
import Concurrency
import HTTPTypes
import HubAPI
import HubStore
import JSON
import Testing

@Suite struct MetadataRoutesTests {
    @Test func `an agent verifies its bundle by the client workflow and opens every layer`() async throws {
        try await HubTest.with { hub, caller in
            var agent = try await TestAgent.enrolled("demo", hub, caller)
            let revision = try await hub.commit(put: [
                .team("demo"), .service("hello", team: "demo"), .pullSecret(password: "c4nary"),
            ])
            try await hub.publish()
            let bundle = try await agent.refresh()
            #expect(bundle.cluster == ClusterBinding(name: "demo", id: agent.clusterID))
            #expect(bundle.generation == 1)
            #expect(bundle.revision == revision)
            #expect(Set(bundle.layers.map(\.mediaType)) == [.plain, .sealed])
            var count = 0
            for layer in bundle.layers {
                let answer = try await agent.send(.layer(layer.digest))
                #expect(answer.status == 200)
                #expect(Digest(of: answer.bytes) == layer.digest)
                #expect(answer.bytes.count == layer.length)
                #expect(answer.headers[.contentType] == layer.mediaType.rawValue)
                #expect(answer.headers[.cacheControl]?.contains("immutable") == true)
                #expect(!answer.text.contains("c4nary"))
                count += try layer.objects(
                    in: answer.bytes,
                    openingWith: agent.sealing,
                    clusterID: agent.clusterID
                ).count
            }
            #expect(count == bundle.objectCount)
        }
    }

    @Test func `the next publication is the next generation, and the old targets stay for who is behind`() async throws
    {
        try await HubTest.with { hub, caller in
            var agent = try await TestAgent.enrolled("demo", hub, caller)
            try await hub.commit(put: [.team("one")])
            try await hub.publish()
            _ = try await agent.refresh()
            try await hub.commit(put: [.team("two")])
            try await hub.publish()
            let bundle = try await agent.refresh()
            #expect(bundle.generation == 2)
            #expect(bundle.layers.contains { $0.name == "tenancy/two" })
        }
    }

    @Test func `what belongs to another cluster does not exist`() async throws {
        try await HubTest.with { hub, caller in
            var owner = try await TestAgent.enrolled("owner", hub, caller)
            try await hub.commit(put: [.team("demo")])
            try await hub.publish()
            let layers = try await owner.refresh().layers
            #expect(!layers.isEmpty)

            let stranger = try await TestAgent.enrolled("stranger", hub, caller)
            let files: [MetadataFileName] = [.timestamp, .snapshot(version: 1), .targets(version: 1)]
            for file in files { try await stranger.send(.metadata(file, poll: nil)).problem(.notFound) }
            for layer in layers { try await stranger.send(.layer(layer.digest)).problem(.notFound) }
        }
    }

    @Test func `metadata of one cluster is refused by another`() async throws {
        try await HubTest.with { hub, caller in
            let one = try await TestAgent.enrolled("one", hub, caller)
            let two = try await TestAgent.enrolled("two", hub, caller)
            try await hub.commit(put: [.team("demo")])
            try await hub.publish()
            let foreign = try await one.send(.metadata(.timestamp, poll: nil)).bytes
            var update = TrustUpdate(try #require(two.trust), now: hub.now.seconds)
            try update.rootsAreCurrent()
            let error = #expect(throws: BundleError.self) { try update.updateTimestamp(foreign) }
            #expect(error?.code == .wrongCluster)
        }
    }

    @Test(arguments: ["2.root.json", "1.timestamp.json", "01.targets.json", "targets.json", "..%2Froot.json", "x"])
    func `a file that is not there is not found`(file: String) async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            // Signed as it is asked for: the request is genuine, the file is not.
            var random = SystemRandomNumberGenerator()
            let path = "\(AgentRoute.prefix)/tuf/\(file)"
            let signature = try RequestSigner(key: agent.key, bootID: "boot").fields(
                for: RequestLine(method: "GET", path: path),
                body: [],
                created: hub.now.seconds,
                nonce: Nonce.make(using: &random)
            )
            var fields = HTTPFields()
            for (name, value) in signature { fields[try #require(HTTPField.Name(name))] = value }
            let answer = try await caller.with(token: nil).send(.get, path, headers: fields)
            try answer.problem(.notFound)
        }
    }

    @Test func `the root is served by its version`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            let answer = try await agent.send(.metadata(.root(version: 1), poll: nil))
            #expect(answer.status == 200)
            #expect(answer.bytes == hub.root)
        }
    }

    @Test func `a poll wakes when a bundle is published`() async throws {
        try await HubTest.with(isListening: true) { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            // 304 after the wait, unless the publication ends it.
            async let waiting = agent.timestamp(after: 0, waitSeconds: 30)
            try await hub.commit(put: [.team("demo")])
            try await hub.publish()
            let first = try await waiting
            #expect(first.status == 200)
            #expect(try Self.version(first) == 1)

            async let again = agent.timestamp(after: 1, waitSeconds: 30)
            try await hub.commit(put: [.team("other")])
            try await hub.publish()
            #expect(try await Self.version(again) == 2)
        }
    }

    @Test func `a poll for what is there already is answered at once`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            try await hub.commit(put: [.team("demo")])
            try await hub.publish()
            #expect(try await agent.timestamp(after: 0, waitSeconds: 30).status == 200)
        }
    }

    @Test func `a poll without news ends with 304`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            #expect(try await agent.timestamp(after: 0, waitSeconds: 0).status == 304)
            try await hub.commit(put: [.team("demo")])
            try await hub.publish()
            let answer = try await agent.timestamp(after: 1, waitSeconds: 1)
            #expect(answer.status == 304)
            #expect(answer.bytes.isEmpty)
        }
    }

    @Test func `the news of one cluster do not end another's poll`() async throws {
        try await HubTest.with { hub, caller in
            let agent = try await TestAgent.enrolled("demo", hub, caller)
            async let waiting = agent.timestamp(after: 0, waitSeconds: 1)
            hub.events.bundle("another").notify()
            #expect(try await waiting.status == 304)
        }
    }

    private static func version(_ answer: HubAnswer) throws -> Int64 {
        try JSONValue(parsing: answer.bytes).required("signed", as: JSONValue.self).required("version")
    }
}
