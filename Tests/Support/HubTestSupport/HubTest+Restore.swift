import HubHTTP
import Hummingbird
import HummingbirdTesting
import PostgresTestSupport

extension HubTest {
    /// One stretch of a drill; the agents that it returns go on in the next one.
    package typealias Stretch = @Sendable (HubTest, HubCaller, [TestAgent]) async throws -> [TestAgent]

    /// Runs a drill: what was before the backup, the time that is lost, and what the restored hub makes of it.
    ///
    /// `restored` can have the hub look for agents that are ahead, as it does by itself every few seconds.
    ///
    /// - Throws: What a stretch throws.
    package static func withRestore(
        before: Stretch,
        lost: Stretch,
        restored: @Sendable (HubTest, HubCaller, [TestAgent], _ look: @Sendable () async -> Void) async throws -> Void
    ) async throws {
        try await TestDatabase.with { database in
            let hub = try await HubTest(database)
            let agents = try await hub.run(before, with: [])
            try await database.withCopy { reopened, copy in
                let lively = try await HubTest(reopened, time: hub.time)
                let agents = try await lively.run(lost, with: agents)
                let late = try await HubTest(copy, time: hub.time)
                let application = late.application
                try await application.server(on: .hostname("127.0.0.1", port: 0)).test(.router) { client in
                    let caller = HubCaller(client: client, token: adminToken)
                    let agents = agents.map { $0.with(hub: late, caller: caller) }
                    try await restored(late, caller, agents) { await application.lookForRestore() }
                }
            }
        }
    }

    private func run(_ stretch: Stretch, with agents: [TestAgent]) async throws -> [TestAgent] {
        try await application.server(on: .hostname("127.0.0.1", port: 0)).test(.router) { client in
            let caller = HubCaller(client: client, token: Self.adminToken)
            return try await stretch(self, caller, agents.map { $0.with(hub: self, caller: caller) })
        }
    }
}
