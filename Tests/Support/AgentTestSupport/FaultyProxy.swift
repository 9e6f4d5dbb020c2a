import Concurrency
import NIOCore
import NIOPosix
import Synchronization

/// A TCP proxy on a loopback address that delays, swallows and cuts what passes through it, on demand.
package final class FaultyProxy: Sendable {
    /// What happens to the bytes of every connection.
    package struct Weather: Hashable, Sendable {
        /// How long each piece is held back, in each direction.
        package var delay: Duration
        /// Whether bytes vanish while connections stay open, as behind a firewall that forgot them.
        package var isSilent: Bool
        /// Whether new connections are closed at once.
        package var refuses: Bool
        /// A connection breaks after so many bytes from the server.
        package var answerBytes: Int?

        package static let fair = Weather()

        package init(delay: Duration = .zero, isSilent: Bool = false, refuses: Bool = false, answerBytes: Int? = nil) {
            self.delay = delay
            self.isSilent = isSilent
            self.refuses = refuses
            self.answerBytes = answerBytes
        }
    }

    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private let target: Int
    private let weather = Mutex(Weather.fair)
    /// The longest record that is kept, in bytes.
    private static let maximumRecord = 64 << 20
    private let record = Mutex<[UInt8]>([])
    private let cuts = Signal()
    private let arrivals = Signal()

    private init(target: Int) {
        self.target = target
    }

    /// Runs a proxy to a loopback port while `body` runs with it and its own port.
    ///
    /// - Throws: what `body` throws, or why no address could be listened on.
    package static func with<Result: Sendable>(
        to target: Int,
        _ body: @Sendable (_ proxy: FaultyProxy, _ port: Int) async throws -> Result
    ) async throws -> Result {
        let proxy = FaultyProxy(target: target)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
            }
        guard let port = server.channel.localAddress?.port else { throw ChannelError.unknownLocalAddress }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await proxy.accept(from: server) }
            defer { group.cancelAll() }
            return try await body(proxy, port)
        }
    }

    /// How many connections were taken so far.
    package var connections: UInt64 { arrivals.version }

    /// Waits until `count` connections were taken since there were `start`.
    package func connections(_ count: UInt64, after start: UInt64) async throws {
        var seen = start
        let end = start + count
        while seen < end {
            seen = await arrivals.wait(after: seen)
            try Task.checkCancellation()
        }
    }

    /// Every byte that has passed, in both directions, as it came.
    package var recorded: [UInt8] { record.withLock { $0 } }

    /// What happens now.
    package var current: Weather { weather.withLock { $0 } }

    /// Changes what happens from now on.
    package func set(_ weather: Weather) {
        self.weather.withLock { $0 = weather }
    }

    /// Breaks every connection that is open.
    package func cut() {
        cuts.notify()
    }

    // MARK: - Connections

    private func accept(from server: NIOAsyncChannel<Connection, Never>) async throws {
        try await server.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { group in
                for try await connection in connections {
                    // Read before the arrival is told: whoever has heard of it and then cuts means this connection too.
                    let seen = cuts.version
                    let refuses = current.refuses
                    arrivals.notify()
                    // A connection that breaks is what this proxy is for.
                    group.addTask { try? await self.serve(connection, cutAfter: seen, refuses: refuses) }
                }
            }
        }
    }

    private func serve(_ client: Connection, cutAfter seen: UInt64, refuses: Bool) async throws {
        try await client.executeThenClose { requests, toClient in
            guard !refuses else { return }
            let server = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: target) { channel in
                    channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
                }
            try await server.executeThenClose { answers, toServer in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { try? await self.pass(requests, to: toServer, isAnswer: false) }
                    group.addTask { try? await self.pass(answers, to: toClient, isAnswer: true) }
                    group.addTask { _ = await self.cuts.wait(after: seen) }
                    await group.next()
                    group.cancelAll()
                }
            }
        }
    }

    private func pass(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
        to outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        isAnswer: Bool
    ) async throws {
        var passed = 0
        for try await buffer in inbound {
            let now = weather.withLock { $0 }
            if now.delay > .zero { try await Task.sleep(for: now.delay) }
            if now.isSilent { continue }
            passed += buffer.readableBytes
            record.withLock { record in
                if record.count < Self.maximumRecord { record += buffer.readableBytesView }
            }
            if isAnswer, let limit = now.answerBytes, passed > limit { return }
            try await outbound.write(buffer)
        }
    }
}
