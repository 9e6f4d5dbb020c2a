import Concurrency
import Dispatch
import Glibc
import Logging

extension PrivateServer {
    static let clock = DispatchQueue(label: "otomi.private-server")

    func serverCommand(_ binaries: ServerBinaries, _ socketDirectory: String) -> [String] {
        var settings = [
            "listen_addresses=", "unix_socket_directories=\(socketDirectory)", "unix_socket_permissions=0700",
            "port=5432", "max_connections=\(durability == .none ? 400 : 64)",
            "shared_buffers=\(durability == .none ? 64 : 128)MB", "logging_collector=off",
            "log_min_messages=warning", "timezone=UTC",
            // Statements are short and many: compiling one, or asking other processes to help with it, takes longer than it.
            "jit=off", "max_parallel_workers_per_gather=0",
            // A page's first change after a checkpoint writes all of it to the log: few checkpoints, and small pages.
            "checkpoint_timeout=15min", "wal_compression=lz4",
            // A fleet that has just enrolled is planned for by what is known of empty tables, until they are looked at again.
            "autovacuum_naptime=10s",
        ]
        if durability == .none {
            settings += ["fsync=off", "full_page_writes=off", "autovacuum=off"]
        }
        return [binaries.postgres, "-D", dataDirectory] + settings.flatMap { ["-c", $0] }
    }

    /// Under root, every folder above must let the account pass; only our own is opened.
    func makeTraversable(_ account: ServerAccount) throws(PostgresError) {
        guard account.dropsTo != nil else { return }
        var info = stat()
        guard stat(directory, &info) == 0 else {
            throw PostgresError(.privateServer, "\(directory) cannot be read: \(reason())")
        }
        if info.st_mode & 0o001 == 0, chmod(directory, (info.st_mode & 0o7777) | 0o011) != 0 {
            throw PostgresError(.privateServer, "\(directory) cannot be opened for '\(account.name)': \(reason())")
        }
        var parent = directory
        while let slash = parent.lastIndex(of: "/"), slash != parent.startIndex {
            parent = String(parent[..<slash])
            guard stat(parent, &info) == 0, info.st_mode & 0o001 == 0, info.st_uid != account.uid else { continue }
            throw PostgresError(
                .privateServer,
                "'\(account.name)' may not pass through \(parent): use a data directory elsewhere, such as /var/lib/otomi"
            )
        }
    }

    /// Makes the data directory beside its place and moves it there, so that a start that was killed half-way is begun anew.
    func initialise(_ binaries: ServerBinaries, _ account: ServerAccount) async throws {
        let draft = "\(dataDirectory).new"
        try await removeTree(draft)
        guard mkdir(draft, 0o700) == 0 else {
            throw PostgresError(.privateServer, "\(draft) cannot be made: \(reason())")
        }
        try account.own(draft)
        var command = [
            binaries.initdb, "-D", draft, "-U", account.name, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
            "--no-instructions",
        ]
        if durability == .none { command.append("--no-sync") }
        let log = "\(directory)/initdb.log"
        unlink(log)
        let child = try await ChildProcess.start(account.command(command, diesWithParent: true), output: log)
        let status = await child.waitUntilEnded()
        guard status == 0 else {
            child.signal(SIGKILL)
            throw PostgresError(
                .privateServer,
                "initdb failed with status \(status ?? -1): \(TextFile.tail(log, lines: 3))"
            )
        }
        // A folder that is not empty is refused here: it may be a database that is being restored.
        guard rename(draft, dataDirectory) == 0 else {
            throw PostgresError(
                .privateServer,
                "\(dataDirectory) holds something that is no complete database (\(reason())): restore it, or move it away"
            )
        }
    }

    /// Stops a server that an earlier, killed hub left on the directory, and removes its socket's folder.
    func stopLeftover() async throws {
        guard let lock = ServerLock(dataDirectory: dataDirectory) else { return }
        if lock.isServer(of: dataDirectory) {
            logger.notice("a PostgreSQL server left by an earlier run is stopped")
            let deadline = ContinuousClock.now + Self.stopTimeout
            kill(lock.pid, SIGINT)
            while lock.isServer(of: dataDirectory) {
                if ContinuousClock.now > deadline { kill(lock.pid, SIGQUIT) }
                if ContinuousClock.now > deadline + Self.stopTimeout {
                    throw PostgresError(
                        .privateServer,
                        "process \(lock.pid) still serves \(dataDirectory): stop it, then start again"
                    )
                }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        if isOurs(lock.socketDirectory) { removeSocketDirectory(lock.socketDirectory) }
    }

    func waitUntilReady(_ child: ChildProcess) async throws {
        let deadline = ContinuousClock.now + Self.startTimeout
        while true {
            if let status = child.exitStatus {
                throw PostgresError(
                    .privateServer,
                    "the private PostgreSQL did not start (status \(status)): \(TextFile.tail(logFile, lines: 2))"
                )
            }
            if let lock = ServerLock(dataDirectory: dataDirectory), lock.pid == child.pid, lock.isReady { return }
            guard ContinuousClock.now < deadline else {
                throw PostgresError(
                    .privateServer,
                    "the private PostgreSQL is not ready after \(Self.startTimeout): see \(logFile)"
                )
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    func makeDatabase(_ server: PostgresConfiguration) async throws -> PostgresConfiguration {
        let connection = try await PostgresConnection.connect(server, logger: logger)
        try await connection.perform { connection in
            let existing = try connection.query("SELECT 1 FROM pg_database WHERE datname = \(Self.database)")
            if existing.isEmpty { try connection.query("CREATE DATABASE \(identifier: Self.database)") }
        }
        return server.database(Self.database)
    }

    // MARK: - Folders

    static let socketPrefix = "/tmp/otomi-postgres."

    /// A short path: the kernel takes at most 107 bytes for a socket's.
    func makeSocketDirectory(_ account: ServerAccount) throws(PostgresError) -> String {
        var template = Array("\(Self.socketPrefix)XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) } != nil
        }
        guard made else { throw PostgresError(.privateServer, "no folder for a socket in /tmp: \(reason())") }
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        try account.own(path)
        return path
    }

    func isOurs(_ socketDirectory: String) -> Bool {
        socketDirectory.hasPrefix(Self.socketPrefix) && !socketDirectory.dropFirst(5).contains("/")
    }

    func removeSocketDirectory(_ path: String) {
        for name in [".s.PGSQL.5432", ".s.PGSQL.5432.lock"] { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    private func removeTree(_ path: String) async throws {
        guard access(path, F_OK) == 0 else { return }
        let child = try await ChildProcess.start(["rm", "-rf", "--", path], output: "/dev/null")
        guard await child.waitUntilEnded() == 0 else {
            throw PostgresError(.privateServer, "\(path) cannot be removed: remove it, then start again")
        }
    }

    private func reason() -> String { String(cString: strerror(errno)) }
}
