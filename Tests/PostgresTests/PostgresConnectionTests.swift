import Concurrency
import JSON
import Logging
import PostgresTestSupport
import Testing

@testable import Postgres

@Suite struct PostgresConnectionTests {
    @Test func `every type comes back as it went in`() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let json: JSONValue = ["a": [1, 2.5, .null, "ä\n\"\\"], "b": ["c": true]]
            let time = UnixTime(milliseconds: 1_700_000_000_123)
            let before = UnixTime(milliseconds: -1)
            let blobs: [[UInt8]] = [[], [0, 255], Array(repeating: 7, count: 100_000)]
            // Three times: as text, prepared, and from the cache.
            for _ in 0..<3 {
                let rows = try await database.pool.query(
                    """
                    SELECT \("é'\"\\")::text, \(Int64.min), \(true), \(-0.1), \(time), \(before), \([0, 1, 255] as [UInt8]),
                        \(json), \(nil as String?)::text, \(["a", ""]), \([Int64.max, -1]), \(blobs), 5::int4, 6::int2,
                        \([] as [String]), 1.5::float4
                    """
                )
                let row = rows[0]
                #expect(try row.get(0, as: String.self) == "é'\"\\")
                #expect(try row.get(1, as: Int64.self) == .min)
                #expect(try row.get(2, as: Bool.self))
                #expect(try row.get(3, as: Double.self) == -0.1)
                #expect(try row.get(4, as: UnixTime.self) == time)
                #expect(try row.get(5, as: UnixTime.self) == before)
                #expect(try row.get(6, as: [UInt8].self) == [0, 1, 255])
                #expect(try row.get(7, as: JSONValue.self) == json)
                #expect(try row.get(8, as: String?.self) == nil)
                #expect(try row.get(9, as: [String].self) == ["a", ""])
                #expect(try row.get(10, as: [Int64].self) == [.max, -1])
                #expect(try row.get(11, as: [[UInt8]].self) == blobs)
                #expect(try row.get(12, as: Int.self) == 5)
                #expect(try row.get(13, as: Int.self) == 6)
                #expect(try row.get(14, as: [String].self) == [])
                #expect(try row.get(15, as: Double.self) == 1.5)
            }
        }
    }

    @Test func `a column of another type, a NULL and a missing column are told apart`() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let row = try await database.pool.query("SELECT 1::bigint AS a, NULL::text AS b")[0]
            for (column, word) in [("a", "text"), ("b", "NULL"), ("c", "does not exist")] {
                let error = #expect(throws: PostgresError.self) { try row.get(column, as: String.self) }
                #expect(error?.code == .decoding)
                #expect(error?.message.contains(word) == true)
            }
        }
    }

    @Test func `errors carry SQLSTATE and constraint, never values`() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let error = try await #require(throws: PostgresError.self) {
                try await database.pool.withConnection { connection in
                    try connection.script("CREATE TABLE t (a text CONSTRAINT t_a_key UNIQUE)")
                    try connection.query("INSERT INTO t VALUES (\("geheim"))")
                    try connection.query("INSERT INTO t VALUES (\("geheim"))")
                }
            }
            #expect(error.code == .uniqueViolation)
            #expect(error.sqlState == "23505")
            #expect(error.constraint == "t_a_key")
            #expect(!error.description.contains("geheim"))
        }
    }

    @Test func `a pipeline prepares what comes again, and survives a changed table`() async throws {
        try await TestDatabase.with(isMigrated: false, maximumConnections: 2) { database in
            let pool = database.pool
            try await pool.query("CREATE TABLE t (a bigint)")
            func rows() async throws -> [PostgresRows] {
                try await pool.withTransaction(name: "test") { connection in
                    try connection.pipeline(["INSERT INTO t VALUES (\(1)), (\(2))", "SELECT * FROM t"])
                }
            }
            for count in 1...4 { #expect(try await rows()[1].count == 2 * count) }
            let prepared = try await pool.query("SELECT count(*) FROM pg_prepared_statements")[0].get(0, as: Int.self)
            #expect(prepared == 2)
            try await pool.query("ALTER TABLE t ADD b text")
            // What was prepared does not fit any more; the transaction runs again on another connection.
            #expect(try await rows()[1].count == 10)
        }
    }

    @Test func `what could not be prepared is prepared the next time`() async throws {
        try await TestDatabase.with(isMigrated: false, maximumConnections: 1) { database in
            let pool = database.pool
            for _ in 0..<3 {
                await #expect(throws: PostgresError.self) {
                    try await pool.withConnection { connection in
                        try connection.pipeline(["SELECT 1 / \(0)", "SELECT a FROM t"])
                    }
                }
            }
            try await pool.query("CREATE TABLE t (a bigint)")
            for _ in 0..<3 {
                let rows = try await pool.withConnection { connection in try connection.pipeline(["SELECT a FROM t"]) }
                #expect(rows[0].count == 0)
            }
        }
    }

    @Test func `a pipeline answers in order and stops at the first error`() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            try await database.pool.withConnection { connection in
                try connection.script("CREATE TABLE t (a bigint CONSTRAINT t_pkey PRIMARY KEY)")
                let answers = try connection.pipeline((0..<600).map { "INSERT INTO t VALUES (\($0)) RETURNING a" })
                let numbers = try answers.map { answer in try answer[0].get(0, as: Int.self) }
                #expect(numbers == Array(0..<600))
                let error = #expect(throws: PostgresError.self) {
                    try connection.pipeline([
                        "INSERT INTO t VALUES (\(1000))", "INSERT INTO t VALUES (\(5))",
                        "INSERT INTO t VALUES (\(1001))",
                    ])
                }
                #expect(error?.constraint == "t_pkey")
                #expect(try connection.query("SELECT count(*) FROM t")[0].get(0, as: Int.self) == 600)
            }
        }
    }

    @Test func `COPY writes what an insert would`() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            try await database.pool.withConnection { connection in
                try connection.script(
                    "CREATE TABLE t (i bigint, s text, b bytea, j jsonb, t timestamptz, f float8, o boolean)"
                )
                let time = UnixTime(milliseconds: 1_700_000_000_123)
                let text = "tab\t newline\n backslash\\ \\N"
                let json: JSONValue = ["k": .string(text)]
                let rows = (0..<5000).lazy.map { number -> [PostgresValue] in
                    let optional: String? = number % 2 == 0 ? text : nil
                    let bytes: [UInt8] = [0, 255, UInt8(number % 256)]
                    let float: Double = 0.1 * Double(number)
                    let third: Bool = number % 3 == 0
                    return [
                        number.postgresValue, optional.postgresValue, bytes.postgresValue, json.postgresValue,
                        time.postgresValue, float.postgresValue, third.postgresValue,
                    ]
                }
                let columns = ["i", "s", "b", "j", "t", "f", "o"]
                #expect(try connection.copyIn(table: "t", columns: columns, rows: rows) == 5000)
                let row = try connection.query("SELECT * FROM t WHERE i = \(4998)")[0]
                #expect(try row.get("s", as: String.self) == text)
                #expect(try row.get("b", as: [UInt8].self) == [0, 255, UInt8(4998 % 256)])
                #expect(try row.get("j", as: JSONValue.self) == json)
                #expect(try row.get("t", as: UnixTime.self) == time)
                #expect(try row.get("f", as: Double.self) == 0.1 * 4998)
                #expect(try row.get("o", as: Bool.self))
                #expect(try connection.query("SELECT count(*) FROM t WHERE s IS NULL")[0].get(0, as: Int.self) == 2500)
                // A bad row leaves nothing behind and the connection usable.
                #expect(throws: PostgresError.self) {
                    try connection.copyIn(table: "t", columns: ["i"], rows: [["x".postgresValue]])
                }
                #expect(try connection.query("SELECT count(*) FROM t")[0].get(0, as: Int.self) == 5000)
            }
        }
    }

    @Test func `a cancelled task ends its statement at once`() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let start = ContinuousClock.now
            await #expect(throws: DeadlineExceeded.self) {
                try await withDeadline(.milliseconds(50)) { try await database.pool.query("SELECT pg_sleep(30)") }
            }
            #expect(ContinuousClock.now - start < .seconds(10))
            let one = try await database.pool.query("SELECT 1")[0].get(0, as: Int.self)
            #expect(one == 1)
        }
    }

    @Test func `the statement timeout ends a statement`() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            var configuration = database.configuration
            configuration.statementTimeout = .milliseconds(20)
            let connection = try await PostgresConnection.connect(configuration, logger: TestServer.logger)
            let error = await #expect(throws: PostgresError.self) {
                try await connection.perform { connection in _ = try connection.query("SELECT pg_sleep(30)") }
            }
            #expect(error?.code == .timeout)
        }
    }

    @Test(arguments: [
        ("postgres://somebody:geheim@127.0.0.1:1/none", PostgresError.Code.unavailable),
        ("postgres://somebody:geheim@/none?host=/nonexistent", .unavailable),
    ])
    func `an unreachable database gives one line without the password`(
        url: String,
        code: PostgresError.Code
    ) async throws {
        let error = try await #require(throws: PostgresError.self) {
            try await PostgresConnection.connect(PostgresConfiguration(url: url), logger: TestServer.logger)
        }
        #expect(error.code == code)
        #expect(!error.description.contains("\n"))
        #expect(!error.description.contains("geheim"))
    }

    @Test func `a database that does not exist is refused and not retried`() async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let pool = PostgresPool(configuration: database.configuration.database("none"), logger: TestServer.logger)
            let error = try await #require(throws: PostgresError.self) { try await pool.query("SELECT 1") }
            #expect(error.code == .refused)
        }
    }
}
