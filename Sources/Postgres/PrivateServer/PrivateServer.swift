import Concurrency
import Dispatch
import Glibc
package import Logging
import Synchronization

/// A PostgreSQL server that belongs to this process: in a directory of ours, behind a Unix socket, gone when we are.
///
/// Never as root: started as root, it runs under the account `postgres`. When this process is killed, the kernel tells the
/// server to stop; one that still runs on the directory at the next start is stopped first.
package final class PrivateServer: Sendable {
    /// How the server treats durability.
    package enum Durability: Sendable {
        /// A commit is on disk before it counts.
        case full
        /// For tests: a crash of the machine may lose everything.
        case none
    }

    package static let database = "otomi"

    /// Where everything is kept: `postgres/` the data, `postgres.log` the server's own log.
    package let directory: String
    let durability: Durability
    private let binaries: String?
    let logger: Logger
    private let running = Mutex<(child: ChildProcess, socketDirectory: String)?>(nil)

    var dataDirectory: String { "\(directory)/postgres" }
    var logFile: String { "\(directory)/postgres.log" }

    /// - `directory`: an existing directory that the account can traverse to.
    /// - `binaries`: the folder of PostgreSQL's programs, when it is not a usual one.
    package init(directory: String, durability: Durability = .full, binaries: String? = nil, logger: Logger) {
        self.directory = directory
        self.durability = durability
        self.binaries = binaries
        self.logger = logger
    }

    /// Set from the first moment of a stop, so that nothing is started again behind its back.
    private let isStopping = Atomic(false)

    private var isStopped: Bool { isStopping.load(ordering: .sequentiallyConsistent) }

    /// The server's process while it runs.
    package var processID: Int32? { running.withLock { $0?.child.pid } }

    /// Makes the data directory if there is none, starts the server and waits until it answers.
    ///
    /// - Returns: how to connect to the hub's database.
    /// - Throws: `PostgresError.Code.privateServer` with one line that says what to do.
    package func start() async throws -> PostgresConfiguration {
        isStopping.store(false, ordering: .sequentiallyConsistent)
        let account = try ServerAccount()
        let binaries = try ServerBinaries(override: binaries)
        try makeTraversable(account)
        if access("\(dataDirectory)/PG_VERSION", F_OK) != 0 { try await initialise(binaries, account) }
        try await stopLeftover()
        let socketDirectory = try makeSocketDirectory(account)
        do {
            try await launch(binaries, account, socketDirectory)
            let server = PostgresConfiguration(
                socketDirectory: socketDirectory,
                database: "postgres",
                user: account.name
            )
            return try await makeDatabase(server)
        } catch {
            await stop()
            removeSocketDirectory(socketDirectory)
            throw error
        }
    }

    /// Stops the server and waits for it: open transactions are rolled back, everything committed is on disk.
    package func stop() async {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        guard let (child, socketDirectory) = running.withLock({ $0 }) else { return }
        child.signal(SIGINT)
        let watchdog = ContinuousClock.now + Self.stopTimeout
        while child.exitStatus == nil {
            if ContinuousClock.now > watchdog { child.signal(SIGQUIT) }
            // Not cancellable: a server that outlives its hub would block the next start.
            await withCheckedContinuation { continuation in
                Self.clock.asyncAfter(deadline: .now() + .milliseconds(5)) { continuation.resume() }
            }
        }
        running.withLock { $0 = nil }
        removeSocketDirectory(socketDirectory)
        logger.debug("the private PostgreSQL has stopped")
    }

    /// Starts the server again, on the same socket, whenever it ends by itself; until the task is cancelled.
    ///
    /// Whoever was connected connects again; nothing that was committed is lost.
    package func keepRunning() async {
        var backoff = Backoff(base: .milliseconds(50), cap: .seconds(5))
        while let (child, socketDirectory) = running.withLock({ $0 }) {
            guard let status = await child.waitUntilEnded(), !isStopped else { return }
            logger.error(
                "the private PostgreSQL ended by itself and is started again",
                metadata: ["status": "\(status)"]
            )
            do {
                try await launch(ServerBinaries(override: binaries), ServerAccount(), socketDirectory)
                backoff.reset()
            } catch {
                // Processes of the old server may hold its shared memory for a moment.
                logger.warning("the private PostgreSQL did not start", metadata: ["error": "\(error)"])
                guard (try? await Task.sleep(for: backoff.next())) != nil else { return }
            }
        }
    }

    private func launch(
        _ binaries: ServerBinaries,
        _ account: ServerAccount,
        _ socketDirectory: String
    ) async throws {
        let deadline = ContinuousClock.now + Self.stopTimeout
        while true {
            let child = try await ChildProcess.start(
                account.command(serverCommand(binaries, socketDirectory), diesWithParent: true),
                output: logFile
            )
            running.withLock { $0 = (child, socketDirectory) }
            guard !isStopped else {
                await stop()
                throw CancellationError()
            }
            do { return try await waitUntilReady(child) } catch {
                // Processes of a server that was killed hold its shared memory until they notice, which is a moment.
                let isHeld = TextFile.tail(logFile, lines: 2).contains("shared memory block")
                guard isHeld, child.exitStatus != nil, !isStopped, ContinuousClock.now < deadline else { throw error }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    static let stopTimeout = Duration.seconds(10)
    static let startTimeout = Duration.seconds(60)
}

extension PrivateServer {
    /// Removes the socket's folder of a server that was killed; for a process that ends without awaiting anything.
    package func removeRemains() {
        guard let (_, socketDirectory) = running.withLock({ $0 }) else { return }
        removeSocketDirectory(socketDirectory)
    }
}
