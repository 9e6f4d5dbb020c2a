import Hummingbird
package import Logging
import NIOCore
import ServiceLifecycle

/// Puts a simulated cluster behind HTTP on a loopback address.
package struct SimulatorServer: Service {
    /// How large the body of a request may be.
    package static let maximumBodyBytes = 8 << 20
    /// How long a watch lasts that does not say.
    package static let defaultWatchSeconds = 1800
    /// How often a quiet watch is told how far it has come.
    package static let bookmarkInterval = Duration.seconds(60)

    private let cluster: SimulatedCluster
    private let host: String
    private let port: Int
    private let faults: FaultPlan
    private let logger: Logger
    private let onListening: @Sendable (String) async -> Void

    /// A server that listens once it runs; port 0 takes any free one.
    ///
    /// `onListening` is told the URL as soon as connections are taken.
    package init(
        _ cluster: SimulatedCluster,
        host: String = "127.0.0.1",
        port: Int = 0,
        faults: FaultPlan = FaultPlan(),
        logger: Logger,
        onListening: @escaping @Sendable (String) async -> Void = { _ in }
    ) {
        self.cluster = cluster
        self.host = host
        self.port = port
        self.faults = faults
        self.logger = logger
        self.onListening = onListening
    }

    /// Serves until graceful shutdown or cancellation; open watches end with a last bookmark.
    package func run() async throws {
        let responder = SimulatorResponder(cluster: cluster, faults: faults)
        let host = host
        let onListening = onListening
        var application = Application(
            responder: responder,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
            onServerRunning: { channel in
                guard let port = channel.localAddress?.port else { return }
                await onListening("http://\(host):\(port)")
            },
            logger: logger
        )
        application.addServices(BookmarkService(cluster: cluster))
        try await application.run()
    }

    /// Serves a cluster while `body` runs with its URL.
    ///
    /// - Throws: what `body` throws, or why the server could not listen.
    package static func serving<Result: Sendable>(
        _ cluster: SimulatedCluster,
        faults: FaultPlan = FaultPlan(),
        logger: Logger,
        _ body: @Sendable (_ url: String) async throws -> Result
    ) async throws -> Result {
        let (urls, continuation) = AsyncStream.makeStream(of: String.self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let server = SimulatorServer(cluster, faults: faults, logger: logger) { continuation.yield($0) }
                defer { continuation.finish() }
                try await server.run()
            }
            guard let url = await urls.first(where: { _ in true }) else {
                try await group.waitForAll()
                throw CancellationError()
            }
            do {
                let result = try await body(url)
                cluster.endAllWatches()
                group.cancelAll()
                return result
            } catch {
                cluster.endAllWatches()
                group.cancelAll()
                throw error
            }
        }
    }
}

/// Sends bookmarks from time to time, and ends all watches when the server stops.
private struct BookmarkService: Service {
    let cluster: SimulatedCluster

    func run() async throws {
        await withGracefulShutdownHandler {
            await cancelWhenGracefulShutdown {
                while !Task.isCancelled {
                    try? await Task.sleep(for: SimulatorServer.bookmarkInterval)
                    cluster.sendBookmarks()
                }
            }
        } onGracefulShutdown: {
            cluster.endAllWatches()
        }
    }
}
