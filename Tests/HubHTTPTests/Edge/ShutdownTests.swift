import HubTestSupport
import Concurrency
import HubAPI
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@Suite struct ShutdownTests {
    /// A client that waits for news that never come.
    private final class WaitingClient: Service {
        let caller: HubCaller
        let path: String
        let isWaiting = Signal()
        let answered = Mutex<Int?>(nil)

        init(_ caller: HubCaller, path: String) {
            self.caller = caller
            self.path = path
        }

        func run() async throws {
            isWaiting.notify()
            let status = try await caller.get(path).status
            answered.withLock { $0 = status }
        }
    }

    @Test func `a hub that stops ends every wait at once`() async throws {
        try await HubTest.with { _, caller in
            let version = try await caller.get(Route.status.path()).message(FleetStatus.self).version
            let path = Route.status.path(query: [("after", version), ("wait", "50")])
            let client = WaitingClient(caller, path: path)
            let group = ServiceGroup(
                configuration: .init(
                    services: [.init(service: client, successTerminationBehavior: .gracefullyShutdownGroup)],
                    logger: Logger(label: "otomi.test", factory: { _ in SwiftLogNoOpLogHandler() })
                )
            )
            try await withDeadline(.seconds(30)) {
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    tasks.addTask { try await group.run() }
                    _ = await client.isWaiting.wait(after: 0)
                    await group.triggerGracefulShutdown()
                    try await tasks.waitForAll()
                }
            }
            #expect(client.answered.withLock { $0 } == 304)
        }
    }
}
