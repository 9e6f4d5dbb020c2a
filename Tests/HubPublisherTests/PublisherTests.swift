import Bundles
import Concurrency
import HubStore
import JSON
import Postgres
import Testing
import Values

@testable import HubPublisher

@Suite struct PublisherTests {
    @Test func `an enrolled cluster gets a bundle that its agent trusts`() async throws {
        try await withTestHub { hub in
            let revision = try await hub.commit(put: [.team("demo"), .job("hello", team: "demo")])
            var agent = try await hub.enrolled("a")
            #expect(try await hub.publisher.publishOnce() == 1)

            let bundle = try await agent.refresh(from: hub)
            #expect(bundle.generation == 1)
            #expect(bundle.revision == revision)
            #expect(bundle.cluster == agent.cluster)
            let objects = try await agent.objects(of: bundle, from: hub)
            #expect(objects["team/demo"]?.contains { $0["kind"] == "Job" } == true)
            #expect(objects.values.joined().count == bundle.objectCount)
            #expect(try await hub.publisher.publishOnce() == 0)
        }
    }

    @Test func `a change of one team makes one new layer`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a"), .team("b"), .job("hello", team: "a")])
            var agent = try await hub.enrolled("one")
            try await hub.publisher.publishOnce()
            let before = try await agent.refresh(from: hub)
            let revision = try await hub.commit(put: [.job("hello", team: "a", script: "echo changed")])
            try await hub.publisher.publishOnce()
            let after = try await agent.refresh(from: hub)
            #expect(after.generation == 2)
            #expect(after.revision == revision)
            let changed = Set(after.layers).subtracting(before.layers).map(\.name)
            #expect(changed == ["team/a"])
        }
    }

    @Test func `a revision with a secret that cannot be opened keeps no cluster of another revision waiting`()
        async throws
    {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a"), .pullSecret(password: "first")])
            var agents = [try await hub.enrolled("one"), try await hub.enrolled("two")]
            try await hub.pool.query(
                """
                UPDATE documents SET spec = jsonb_set(spec, '{globalPullSecret,password,$sealed}', to_jsonb(
                    left(spec #>> '{globalPullSecret,password,$sealed}', -6)
                    || reverse(right(spec #>> '{globalPullSecret,password,$sealed}', 6)))) WHERE name = 'otomi'
                """
            )
            let revision = try await hub.commit(put: [.pullSecret(password: "second")])
            try await hub.pool.query("UPDATE clusters SET desired_revision = \(revision) - (name = 'one')::integer")
            #expect(try await hub.publisher.publishOnce() == 1)
            #expect(try await agents[1].refresh(from: hub).revision == revision)
            try await hub.pool.query("UPDATE clusters SET desired_revision = \(revision)")
            #expect(try await hub.publisher.publishOnce() == 1)
            #expect(try await agents[0].refresh(from: hub).revision == revision)
        }
    }

    @Test func `a revision that changes nothing here still moves the cluster on`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a")])
            var agent = try await hub.enrolled("one")
            try await hub.publisher.publishOnce()
            let before = try await agent.refresh(from: hub)
            let revision = try await hub.commit(
                put: [.team("elsewhere", spec: ["placement": ["clusters": ["another"]]])]
            )
            #expect(try await hub.publisher.publishOnce() == 1)
            let after = try await agent.refresh(from: hub)
            #expect(after.hasSameLayers(as: before))
            #expect(after.revision == revision)
        }
    }

    @Test func `clusters share the layers that are equal`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("demo")])
            var one = try await hub.enrolled("one")
            var two = try await hub.enrolled("two")
            #expect(try await hub.publisher.publishOnce() == 2)
            let platform = { (bundle: Bundle) in bundle.layers.first { $0.name == "platform" } }
            let first = platform(try await one.refresh(from: hub))
            #expect(first != nil)
            #expect(platform(try await two.refresh(from: hub)) == first)
        }
    }

    @Test func `a deleted team is stated as removed`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a"), .team("b"), .job("hello", team: "b")])
            var agent = try await hub.enrolled("one")
            try await hub.publisher.publishOnce()
            let job = DocumentID(kind: .job, team: "b", name: "hello")
            try await hub.commit(delete: [DocumentID(kind: .team, name: "b"), job])
            try await hub.publisher.publishOnce()
            let bundle = try await agent.refresh(from: hub)
            let gone = ["team/b", "tenancy/b"]
            #expect(bundle.removed == gone.map { Bundle.RemovedLayer(name: $0, generation: 2) })
            #expect(!bundle.layers.contains { gone.contains($0.name) })
        }
    }

    @Test func `a cluster without an agent waits, and is published once it has one`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a")])
            let (cluster, _) = try await hub.add("pending")
            #expect(try await hub.publisher.publishOnce() == 0)
            #expect(try await hub.store.metadata(clusterID: cluster.id, file: "timestamp.json") == nil)
            _ = try await hub.enrolled("other")
            #expect(try await hub.publisher.publishOnce() == 1)
        }
    }

    @Test func `a revoked cluster gets nothing more`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a")])
            _ = try await hub.enrolled("one")
            try await hub.publisher.publishOnce()
            try await hub.store.revokeCluster(named: "one")
            try await hub.commit(put: [.team("b")])
            #expect(try await hub.publisher.publishOnce() == 0)
        }
    }

    @Test func `secrets are sealed to the cluster, and only sealed again when they change`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a"), .pullSecret(password: "c4nary-one")])
            var agent = try await hub.enrolled("one")
            try await hub.publisher.publishOnce()
            let first = try await agent.refresh(from: hub)
            let sealed = try #require(first.layers.first { $0.name == "confidential/teams" })
            #expect(try await agent.objects(of: sealed, from: hub).count == sealed.objectCount)
            for layer in first.layers {
                let bytes = try await hub.store.layer(layer.digest, clusterID: nil)?.bytes ?? []
                #expect(!String(decoding: bytes, as: UTF8.self).contains("c4nary-one"))
            }

            // Another replica, which has sealed nothing yet, keeps what is out.
            try await hub.commit(put: [.team("b")])
            try await hub.replica().publishOnce()
            let second = try await agent.refresh(from: hub)
            // A pull secret more.
            #expect(second.layers.first { $0.name == "confidential/teams" }?.objectCount == sealed.objectCount + 1)

            try await hub.commit(put: [.job("hello", team: "a")])
            try await hub.replica().publishOnce()
            let third = try await agent.refresh(from: hub)
            #expect(
                third.layers.first { $0.name == "confidential/teams" }
                    == second.layers.first { $0.name == "confidential/teams" }
            )

            try await hub.commit(put: [.pullSecret(password: "c4nary-two")])
            try await hub.publisher.publishOnce()
            let fourth = try await agent.refresh(from: hub)
            let changed = try #require(fourth.layers.first { $0.name == "confidential/teams" })
            #expect(changed.digest != sealed.digest)
            #expect(try await agent.objects(of: changed, from: hub).count == changed.objectCount)
        }
    }

    @Test func `a new key of the agent makes secrets sealed to it`() async throws {
        try await withTestHub { hub in
            try await hub.commit(put: [.team("a"), .pullSecret(password: "c4nary")])
            var agent = try await hub.enrolled("one")
            try await hub.publisher.publishOnce()
            let before = try await agent.refresh(from: hub)
            let newKey = SigningKey()
            agent.sealing = SealingKeyPair()
            _ = try await hub.store.rotateKey(
                of: agent.cluster.id,
                from: agent.key.keyID,
                to: newKey.publicKey,
                sealingKey: agent.sealing.publicKey
            )
            #expect(try await hub.publisher.publishOnce() == 1)
            let after = try await agent.refresh(from: hub)
            #expect(after.revision == before.revision)
            let sealed = try #require(after.layers.first { $0.name == "confidential/teams" })
            #expect(try await agent.objects(of: sealed, from: hub).count == sealed.objectCount)
        }
    }

    @Test func `two replicas at once publish each revision once`() async throws {
        try await withTestHub { hub in
            var agent = try await hub.enrolled("one")
            let other = try await hub.replica()
            for number in 1...5 {
                try await hub.commit(put: [.team("t\(number)")])
                async let left = hub.publisher.publishOnce()
                async let right = other.publishOnce()
                #expect(try await left + right == 1)
            }
            let bundle = try await agent.refresh(from: hub)
            #expect(bundle.generation == 5)
            #expect(bundle.revision == 5)
        }
    }

    @Test func `values that cannot be compiled block their cluster and no other`() async throws {
        try await withTestHub { hub in
            var agent = try await hub.enrolled("good")
            let bad = try await hub.enrolled("bad")
            let clash: JSONValue = [
                "port": 80, "exposure": ["type": "public", "domain": "same.example.com"], "predeployed": "service",
                "placement": ["clusters": ["bad"]],
            ]
            let services = ["one", "two"].map {
                Document(id: DocumentID(kind: .service, team: "a", name: $0), spec: clash)
            }
            try await hub.commit(put: [.team("a")] + services)
            #expect(try await hub.publisher.publishOnce() == 1)
            #expect(try await agent.refresh(from: hub).revision == 1)
            #expect(hub.publisher.blocked.keys.sorted() == [bad.cluster.id])
            #expect(hub.publisher.blocked[bad.cluster.id]?.faults.isEmpty == false)
            #expect(try await hub.publisher.publishOnce() == 0)

            try await hub.commit(delete: [services[1].id])
            #expect(try await hub.publisher.publishOnce() == 2)
            try await hub.publisher.publishOnce()
            #expect(hub.publisher.blocked.isEmpty)
        }
    }

    @Test func `a commit wakes the running publisher`() async throws {
        try await withTestHub(listening: true) { hub in
            var agent = try await hub.enrolled("one")
            let clusterID = agent.cluster.id
            let signal = hub.events.bundle(clusterID)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await hub.publisher.run() }
                for number in Int64(1)...3 {
                    let revision = try await hub.commit(put: [.team("t\(number)")])
                    try await withDeadline(.seconds(30)) {
                        var seen: UInt64 = 0
                        while try await hub.store.cluster(id: clusterID).publishedRevision != revision {
                            seen = await signal.wait(after: seen)
                        }
                    }
                    #expect(try await agent.refresh(from: hub).revision == revision)
                }
                group.cancelAll()
            }
        }
    }
}
