import Postgres
import PostgresTestSupport
import Bundles
import HubStore
import JSON
import Testing

@Suite struct EnrolmentTests {
    private func code(_ body: () async throws -> Void) async -> StoreError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? StoreError)?.code
        }
    }

    @Test func `a token lets one agent in, which may repeat itself`() async throws {
        try await HubStoreFixture.with { fixture in
            let (cluster, token) = try await fixture.store.addCluster(NewCluster(name: "one", provider: "aws"))
            #expect(cluster.agent == nil)
            let key = SigningKey()
            let enrolment = HubStoreFixture.enrolment(token.text, key: key)
            let agent = try await fixture.store.enrol(enrolment)
            #expect(agent.clusterID == cluster.id)
            #expect(agent.keyID == key.keyID)
            fixture.clock.advance(.seconds(7200))
            #expect(try await fixture.store.enrol(enrolment) == agent)
            #expect(try await fixture.store.agent(keyID: key.keyID) == agent)
            #expect(
                await code { _ = try await fixture.store.enrol(HubStoreFixture.enrolment(token.text)) } == .tokenUsed
            )
            let elsewhere = HubStoreFixture.enrolment(token.text, key: key, uid: "uid-2")
            #expect(await code { _ = try await fixture.store.enrol(elsewhere) } == .wrongCluster)
        }
    }

    @Test func `an unknown, an expired and a replaced token are refused`() async throws {
        try await HubStoreFixture.with { fixture in
            let (_, token) = try await fixture.store.addCluster(NewCluster(name: "one", provider: "aws"))
            #expect(
                await code { _ = try await fixture.store.enrol(HubStoreFixture.enrolment("otomi_x")) } == .tokenUnknown
            )
            let second = try await fixture.store.issueToken(cluster: "one")
            #expect(
                await code { _ = try await fixture.store.enrol(HubStoreFixture.enrolment(token.text)) } == .tokenUnknown
            )
            fixture.clock.advance(.seconds(3600))
            #expect(
                await code { _ = try await fixture.store.enrol(HubStoreFixture.enrolment(second.text)) }
                    == .tokenExpired
            )
            #expect(await code { _ = try await fixture.store.issueToken(cluster: "none") } == .notFound)
        }
    }

    @Test func `tokens are stored as hashes only`() async throws {
        try await HubStoreFixture.with { fixture in
            let (_, token) = try await fixture.store.addCluster(NewCluster(name: "one", provider: "aws"))
            try await fixture.store.bootstrapAdminToken("secret-admin")
            let dump = try await fixture.database.pool.query(
                """
                SELECT (SELECT string_agg(t::text, ' ') FROM enrolment_tokens t)
                    || (SELECT string_agg(t::text, ' ') FROM api_tokens t)
                """
            )[0].get(0, as: String.self)
            #expect(!dump.contains(token.text))
            #expect(!dump.contains("secret-admin"))
        }
    }

    @Test func `a revoked cluster stays out until a new token lets an agent in`() async throws {
        try await HubStoreFixture.with { fixture in
            let (_, token) = try await fixture.store.addCluster(NewCluster(name: "one", provider: "aws"))
            let key = SigningKey()
            _ = try await fixture.store.enrol(HubStoreFixture.enrolment(token.text, key: key))
            try await fixture.store.revokeCluster(named: "one")
            #expect(try await fixture.store.agent(keyID: key.keyID)?.isRevoked == true)
            #expect(
                await code { _ = try await fixture.store.enrol(HubStoreFixture.enrolment(token.text, key: key)) }
                    == .tokenUnknown
            )
            let fresh = try await fixture.store.issueToken(cluster: "one")
            let again = try await fixture.store.enrol(
                HubStoreFixture.enrolment(fresh.text, key: SigningKey(), uid: "uid-2")
            )
            #expect(!again.isRevoked)
        }
    }

    @Test func `an agent that is approved leaves a token alone that was issued for another since`() async throws {
        try await HubStoreFixture.with { fixture in
            var new = NewCluster(name: "one", provider: "aws")
            new.requiresApproval = true
            let (_, first) = try await fixture.store.addCluster(new)
            let (waiting, other) = (SigningKey(), SigningKey())
            let enrolment = HubStoreFixture.enrolment(first.text, key: waiting)
            #expect(await code { _ = try await fixture.store.enrol(enrolment) } == .approvalPending)
            let second = try await fixture.store.issueToken(cluster: "one")
            _ = try await fixture.store.approveCluster(named: "one", fingerprint: waiting.keyID)
            // It is not used up: its agent waits for an operator like the first.
            let later = HubStoreFixture.enrolment(second.text, key: other)
            #expect(await code { _ = try await fixture.store.enrol(later) } == .approvalPending)
        }
    }

    @Test func `a cluster that was made anew is known by its new namespace, with a key that was there before`()
        async throws
    {
        try await HubStoreFixture.with { fixture in
            let (_, token) = try await fixture.store.addCluster(NewCluster(name: "one", provider: "aws"))
            let key = SigningKey()
            _ = try await fixture.store.enrol(HubStoreFixture.enrolment(token.text, key: key))
            let fresh = try await fixture.store.issueToken(cluster: "one")
            let again = HubStoreFixture.enrolment(fresh.text, key: key, uid: "uid-2")
            let agent = try await fixture.store.enrol(again)
            #expect(agent.clusterUID == "uid-2")
            #expect(try await fixture.store.enrol(again) == agent)
        }
    }

    @Test func `an agent's key is replaced once, and repeating it is harmless`() async throws {
        try await HubStoreFixture.with { fixture in
            let (cluster, token) = try await fixture.store.addCluster(NewCluster(name: "one", provider: "aws"))
            let old = SigningKey()
            let new = SigningKey()
            let sealing = SealingKeyPair().publicKey
            _ = try await fixture.store.enrol(HubStoreFixture.enrolment(token.text, key: old))
            for _ in 0..<2 {
                let agent = try await fixture.store.rotateKey(
                    of: cluster.id,
                    from: old.keyID,
                    to: new.publicKey,
                    sealingKey: sealing
                )
                #expect(agent.keyID == new.keyID)
            }
            // The old key counts a little longer, for the requests that are on their way.
            #expect(try await fixture.store.agent(keyID: old.keyID)?.clusterID == cluster.id)
            fixture.clock.advance(fixture.store.agentPolicy.keyOverlap)
            #expect(try await fixture.store.agent(keyID: old.keyID) == nil)
        }
    }

    @Test func `a name is taken once and a removed cluster is gone with its agent`() async throws {
        try await HubStoreFixture.with { fixture in
            let new = NewCluster(name: "one", provider: "aws", region: "eu", labels: ["env": "prod"], domain: "a.b")
            let (cluster, token) = try await fixture.store.addCluster(new)
            #expect(cluster.labels == ["env": "prod"])
            #expect(await code { _ = try await fixture.store.addCluster(new) } == .alreadyExists)
            #expect(
                await code { _ = try await fixture.store.addCluster(NewCluster(name: "A b", provider: "")) } == .invalid
            )
            let key = SigningKey()
            _ = try await fixture.store.enrol(HubStoreFixture.enrolment(token.text, key: key))
            try await fixture.store.removeCluster(named: "one")
            #expect(try await fixture.store.agent(keyID: key.keyID) == nil)
            #expect(await code { _ = try await fixture.store.cluster(named: "one") } == .notFound)
            #expect(try await fixture.store.addCluster(new).cluster.id != cluster.id)
        }
    }
}
