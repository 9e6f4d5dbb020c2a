import Concurrency
import HubStore
import Testing

@Suite struct SecurityEventTests {
    private static let event = SecurityEvent(
        .tokenReused,
        subject: "paris",
        clusterID: "1",
        address: "192.0.2.1",
        detail: "the token was used again"
    )

    @Test("Equal events of one hour are counted in one row, others are rows of their own")
    func countsRepetitions() async throws {
        try await HubStoreFixture.with { fixture in
            let store = fixture.store
            for _ in 0..<3 { try await store.note(securityEvent: Self.event) }
            try await store.note(securityEvent: SecurityEvent(.accountLocked, subject: "alice", detail: "locked"))
            let events = try await store.securityEvents()
            #expect(events.map(\.event.kind) == [.accountLocked, .tokenReused])
            #expect(events.map(\.times) == [1, 3])
            #expect(try await store.securityEvents(clusterID: "1").map(\.event) == [Self.event])
            #expect(try await store.securityEvents(since: events[0].lastAt + .seconds(1)).isEmpty)
        }
    }

    @Test("A text without end is cut")
    func bounded() async throws {
        try await HubStoreFixture.with { fixture in
            let endless = String(repeating: "é", count: 100_000)
            try await fixture.store.note(securityEvent: SecurityEvent(.accountLocked, subject: "a", detail: endless))
            let stored = try #require(try await fixture.store.securityEvents().first)
            #expect(stored.event.detail.utf8.count <= 1_030)
        }
    }
}
