import Concurrency
import HubAPI
import HubStore
import HubTestSupport
import Logging
import Observability
import ServiceLifecycle
import Testing
import Values

@testable import HubHTTP

@Suite struct DataKeyRoutesTests {
    @Test func `an administrator rotates the data key, an auditor may only look`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.commit(put: [.pullSecret(password: "geheim")])
            let auditor = caller.with(token: try await hub.token("audit", .auditor))
            try await auditor.post(Route.dataKeys.path(), [:] as [String: String]).problem(.forbidden)
            let rotated: HubAPI.Page<HubAPI.DataKey> = try await caller.post(
                Route.dataKeys.path(),
                [:] as [String: String]
            ).message()
            #expect(rotated.items.map(\.current) == [false, true])
            #expect(rotated.items.first?.uses ?? 0 > 0)
            #expect(
                try await auditor.get(Route.dataKeys.path()).message(HubAPI.Page<HubAPI.DataKey>.self).items.count == 2
            )
        }
    }

    @Test func `the renewal in the background finishes a rotation that it hears of`() async throws {
        try await HubTest.with(isListening: true) { hub, caller in
            try await hub.commit(put: [.pullSecret(password: "geheim")])
            let logger = Logger(label: "otomi.test", factory: { _ in SwiftLogNoOpLogHandler() })
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await SecretRenewal(
                        store: hub.store,
                        events: hub.events,
                        metrics: MetricsRegistry(),
                        logger: logger
                    ).run()
                }
                var seen = hub.events.dataKeys.version
                _ = try await caller.post(Route.dataKeys.path(), [:] as [String: String])
                while try await hub.store.dataKeys().map(\.number) != [2] {
                    seen = await hub.events.dataKeys.wait(after: seen)
                }
                group.cancelAll()
            }
            let stored = try await hub.store.allDocuments(revealing: true).first?.document
            #expect(stored == .pullSecret(password: "geheim"))
        }
    }
}
