import Glibc
import PostgresTestSupport
import Testing

@testable import Postgres

@Suite(.serialized) struct PrivateServerTests {
    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        let directory = try TemporaryDirectory(prefix: "otomi-test-private")
        defer { directory.remove() }
        try await body(directory.path)
    }

    private func server(_ path: String) -> PrivateServer {
        PrivateServer(directory: path, durability: .none, logger: TestServer.logger)
    }

    private func count(_ configuration: PostgresConfiguration) async throws -> Int {
        let pool = PostgresPool(configuration: configuration, maximum: 1, logger: TestServer.logger)
        try await pool.query("CREATE TABLE IF NOT EXISTS t (a bigint)")
        try await pool.query("INSERT INTO t VALUES (1)")
        let count = try await pool.query("SELECT count(*) FROM t")[0].get(0, as: Int.self)
        await pool.close()
        return count
    }

    @Test func `what was written is there after a stop, a kill and a start over a living server`() async throws {
        try await withDirectory { path in
            let first = server(path)
            #expect(try await count(first.start()) == 1)
            let stopped = try #require(first.processID)
            await first.stop()
            #expect(kill(stopped, 0) != 0)
            #expect(first.processID == nil)

            let second = server(path)
            #expect(try await count(second.start()) == 2)
            kill(try #require(second.processID), SIGKILL)
            await second.stop()

            // The third is not stopped, as if its hub had been killed: the fourth ends it and takes over.
            let third = server(path)
            #expect(try await count(third.start()) == 3)
            let left = try #require(third.processID)
            let fourth = server(path)
            #expect(try await count(fourth.start()) == 4)
            #expect(fourth.processID != left)
            await fourth.stop()
            await third.stop()
        }
    }

    @Test func `a server that is kept running comes back at the same socket when it is killed`() async throws {
        try await withDirectory { path in
            let server = server(path)
            let configuration = try await server.start()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await server.keepRunning() }
                for expected in 1...3 {
                    let rows = try await count(configuration)
                    #expect(rows == expected)
                    let killed = try #require(server.processID)
                    kill(killed, SIGKILL)
                    while server.processID == nil || server.processID == killed {
                        try await Task.sleep(for: .milliseconds(5))
                    }
                }
                await server.stop()
                try await group.waitForAll()
            }
            #expect(server.processID == nil)
        }
    }

    @Test func `the server does not run as root and its folders are closed`() async throws {
        try await withDirectory { path in
            let server = server(path)
            let configuration = try await server.start()
            let pid = try #require(server.processID)
            var info = stat()
            #expect(stat("/proc/\(pid)", &info) == 0)
            #expect(info.st_uid != 0)
            let socket = try #require(configuration.parameters.first { $0.key == "host" }?.value)
            #expect(stat(socket, &info) == 0)
            #expect(info.st_mode & 0o077 == 0)
            #expect(stat("\(path)/postgres", &info) == 0)
            #expect(info.st_mode & 0o077 == 0)
            await server.stop()
            #expect(stat(socket, &info) != 0)
        }
    }

    @Test func `a broken data directory gives one line`() async throws {
        try await withDirectory { path in
            let server = server(path)
            _ = try await server.start()
            await server.stop()
            unlink("\(path)/postgres/global/pg_control")
            let error = try await #require(throws: PostgresError.self) { try await server.start() }
            #expect(error.code == .privateServer)
            #expect(!error.message.contains("\n"))
        }
    }

    @Test func `the lock file is understood`() {
        let text = "123\n/data\n1700000000\n5432\n/tmp/otomi-postgres.abc\n\n  5432001    163840\nready   \n"
        let lock = ServerLock(text)
        #expect(lock?.pid == 123)
        #expect(lock?.socketDirectory == "/tmp/otomi-postgres.abc")
        #expect(lock?.isReady == true)
        #expect(ServerLock("123\n/data\n")?.isReady == false)
        #expect(ServerLock("") == nil)
    }
}
