import Testing

@testable import Postgres

@Suite struct SQLTests {
    @Test func `values become placeholders and never text`() {
        let name = "x'; DROP TABLE clusters; --"
        let sql: SQL = "SELECT * FROM t WHERE a = \(name) AND b = \(7)"
        #expect(sql.text == "SELECT * FROM t WHERE a = $1 AND b = $2")
        #expect(sql.bindings.count == 2)
    }

    @Test func `composed statements are renumbered`() {
        let condition: SQL = "a = \(1) OR b = \(2)"
        let sql: SQL = "SELECT \(0) WHERE \(condition) LIMIT \(3)"
        #expect(sql.text == "SELECT $1 WHERE a = $2 OR b = $3 LIMIT $4")
        #expect(sql.bindings == [0, 1, 2, 3].map { Int64($0).postgresValue })
    }

    @Test func `identifiers are quoted`() {
        let sql: SQL = "LISTEN \(identifier: "a\"b")"
        #expect(sql.text == "LISTEN \"a\"\"b\"")
    }
}

@Suite struct StatementCacheTests {
    @Test func `a statement is prepared at its second use`() {
        var cache = StatementCache()
        #expect(cache.plan(for: "a") == .unprepared)
        guard case .prepare(let name, nil) = cache.plan(for: "a") else {
            Issue.record("not prepared")
            return
        }
        #expect(cache.plan(for: "a") == .prepared(name: name))
        cache.forget("a")
        #expect(cache.plan(for: "a") == .unprepared)
    }

    @Test func `the least recently used one leaves and is closed`() {
        var cache = StatementCache()
        var names: [String] = []
        for number in 0..<StatementCache.capacity {
            _ = cache.plan(for: "s\(number)")
            if case .prepare(let name, _) = cache.plan(for: "s\(number)") { names.append(name) }
        }
        _ = cache.plan(for: "s0")
        _ = cache.plan(for: "new")
        guard case .prepare(_, let closing) = cache.plan(for: "new") else {
            Issue.record("not prepared")
            return
        }
        #expect(closing == names[1])
        #expect(cache.plan(for: "s0") == .prepared(name: names[0]))
    }
}
