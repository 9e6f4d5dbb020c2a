import Postgres
import PostgresTestSupport
import Testing

@Suite struct MigrationRunnerTests {
    private static let first = Migration(version: 1, name: "first", sql: "CREATE TABLE a (x bigint);")
    private static let second = Migration(version: 2, name: "second", sql: "ALTER TABLE a ADD y bigint;")

    private func run(_ migrations: [Migration], _ database: TestDatabase) async throws -> [Int] {
        try await MigrationRunner(migrations, logger: TestServer.logger).apply(to: database.pool)
    }

    @Test func `each step is applied once, by whichever replica comes first`() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<4 { group.addTask { try await run([Self.second, Self.first], database) } }
                return try await group.reduce([], +)
            }
            #expect(applied == [1, 2])
            #expect(try await run([Self.first, Self.second], database) == [])
        }
    }

    @Test(arguments: [
        ([Migration(version: 1, name: "first", sql: "SELECT 1"), Self.second], "was changed"),
        ([Self.first], "does not know"),
        (
            [Self.first, Self.second, Migration(version: 0, name: "late", sql: "SELECT 1")],
            "the histories diverged"
        ),
        ([Self.first, Self.second, Migration(version: 3, name: "bad", sql: "SELECT nothing")], "'bad'"),
    ])
    func `a history that diverged and a step that fails are refused`(
        migrations: [Migration],
        word: String
    ) async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            _ = try await run([Self.first, Self.second], database)
            let error = try await #require(throws: PostgresError.self) { try await run(migrations, database) }
            #expect(error.code == .migration)
            #expect(error.message.contains(word))
            #expect(try await run([Self.first, Self.second], database) == [])
        }
    }
}
