import Concurrency
import JSON
import Postgres
import PostgresTestSupport
import Synchronization
import Testing
import Values

@testable import HubStore

/// What the database shows to a team's people, whatever the code above asks it for.
@Suite struct RowLevelSecurityTests {
    private static let count = Mutex(0)

    /// A database that an application's role owns which is no superuser, with documents of the teams `a` and `b`.
    private static func with(_ body: (HubStore, PostgresConnection) async throws -> Void) async throws {
        try await TestDatabase.with(isMigrated: false) { database in
            let number = count.withLock { count in
                count += 1
                return count
            }
            let role = "hub_application_\(number)"
            try await database.pool.withConnection { connection in
                try connection.script(
                    "CREATE ROLE \(role) LOGIN CREATEROLE; GRANT CREATE, USAGE ON SCHEMA public TO \(role)"
                )
                try connection.script(
                    "DO $$ BEGIN CREATE ROLE otomi_team NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
                )
                try connection.script("GRANT otomi_team TO \(role)")
            }
            var configuration = database.configuration
            configuration.parameters.append(("user", role))
            let pool = PostgresPool(configuration: configuration, maximum: 3, logger: TestServer.logger)
            try await HubStore.migrate(pool, logger: TestServer.logger)
            let store = try await HubStore.open(
                pool: pool,
                keyEncryptionKey: try KeyEncryptionKey(bytes: Array(repeating: 7, count: 32))
            )
            for team in ["a", "b"] {
                _ = try await store.commit(
                    Commit(
                        message: "team \(team)",
                        author: "me",
                        put: [
                            Document(id: DocumentID(kind: .team, name: team), spec: [:]),
                            Document(id: DocumentID(kind: .service, team: team, name: "web"), spec: ["port": 80]),
                        ]
                    )
                )
            }
            let raw = try await PostgresConnection.connect(configuration, logger: TestServer.logger)
            try await body(store, raw)
            await pool.close()
            try await database.pool.withConnection { connection in
                try connection.script("DROP OWNED BY \(role) CASCADE; DROP ROLE IF EXISTS \(role)")
            }
        }
    }

    private static func actor(_ team: String) throws -> Actor {
        let grant = try #require(Grant.team(team, .teamMember))
        return Actor(Principal(kind: .person, name: "alice", grants: [grant]))
    }

    /// Runs a script as somebody of a team, and answers with the number in its last row; `nil` when it is refused.
    private func run(_ sql: String, team: String?, on raw: PostgresConnection) async throws -> Int64? {
        try await raw.perform { connection in
            do {
                return try connection.transaction { connection in
                    if let team { try connection.query("SELECT set_config('otomi.teams', \(team), true)") }
                    try connection.script("SET LOCAL ROLE otomi_team")
                    let rows = try connection.query(SQL(unsafe: sql))
                    return rows.first == nil ? Int64(rows.affected) : try rows[0].get(0, as: Int64.self)
                }
            } catch let error as PostgresError {
                try #require(["42501", "0A000"].contains(error.sqlState), "\(error)")
                return nil
            }
        }
    }

    private static let reads = [
        "SELECT count(*) FROM documents WHERE team = 'b' OR name = 'b'",
        "SELECT count(*) FROM revisions r JOIN documents d ON d.valid_from = r.number WHERE d.team = 'b'",
        "SELECT count(*) FROM revisions WHERE number = 2",
        "SELECT count(*) FROM (SELECT spec FROM documents WHERE kind = 'Service' AND team <> 'a') s",
        "SELECT count(*) FROM documents WHERE (SELECT true FROM documents d WHERE d.team = 'b' LIMIT 1)",
    ]

    @Test func `raw SQL as a team shows nothing of another`() async throws {
        try await Self.with { _, raw in
            for sql in Self.reads {
                let count = try await run(sql, team: "a", on: raw)
                #expect(count == 0, "\(sql)")
            }
            let documents = try await run("SELECT count(*) FROM documents", team: "a", on: raw)
            let revisions = try await run("SELECT count(*) FROM revisions", team: "a", on: raw)
            #expect(documents == 2)
            #expect(revisions == 1)
        }
    }

    @Test(arguments: [
        "UPDATE documents SET valid_to = 9 WHERE team = 'b'",
        "UPDATE documents SET valid_to = 9 WHERE kind = 'Team' AND name = 'b'",
        "DELETE FROM documents WHERE team = 'b'",
        "INSERT INTO documents (kind, scope, team, name, spec, valid_from) VALUES ('Service', 'platform', 'b', 'x', '{}', 1)",
        "INSERT INTO documents (kind, scope, name, spec, valid_from) VALUES ('Settings', 'platform', 'otomi', '{}', 1)",
        "INSERT INTO revisions (number, author, message, committed_at, change_count) VALUES (3, 'x', 'x', now(), 0)",
        "UPDATE clusters SET desired_revision = 1", "DELETE FROM clusters", "TRUNCATE documents CASCADE",
    ])
    func `raw SQL as a team changes nothing of another`(sql: String) async throws {
        try await Self.with { store, raw in
            let changed = try await run(sql, team: "a", on: raw)
            #expect(changed == nil || changed == 0, "\(sql)")
            #expect(try await store.allDocuments().count == 4)
        }
    }

    @Test(arguments: [
        "SELECT count(*) FROM clusters", "SELECT count(*) FROM api_tokens", "SELECT count(*) FROM signing_keys",
        "SELECT count(*) FROM data_keys", "SELECT count(*) FROM cluster_objects", "SELECT count(*) FROM audit_log",
        "SELECT count(*) FROM agents", "SELECT count(*) FROM enrolment_tokens",
        "SELECT length(pg_read_file('PG_VERSION'))::bigint", "COPY documents TO '/tmp/otomi-documents'",
    ])
    func `what is no team's is closed to teams`(sql: String) async throws {
        try await Self.with { _, raw in
            let answer = try await run(sql, team: "a", on: raw)
            #expect(answer == nil)
        }
    }

    @Test func `who forgets to say which team sees nothing`() async throws {
        try await Self.with { _, raw in
            for team in [nil, "", ",", "A", "a b"] {
                let documents = try await run("SELECT count(*) FROM documents", team: team, on: raw)
                let revisions = try await run("SELECT count(*) FROM revisions", team: team, on: raw)
                #expect(documents == 0 && revisions == 0)
            }
        }
    }

    @Test func `the store binds every operation of a team's people`() async throws {
        try await Self.with { store, _ in
            let bound = store.acting(as: try Self.actor("a"))
            #expect(try await bound.allDocuments().map(\.document.id.owningTeam) == ["a", "a"])
            #expect(try await bound.document(DocumentID(kind: .service, team: "b", name: "web")) == nil)
            #expect(try await bound.revisions().map(\.number) == [1])
            #expect(try await bound.changes(of: 1).count == 2)
            #expect(try await bound.latestRevision() == 2)
            await #expect(throws: StoreError.self) { try await bound.allClusters() }
            let foreign = Document(id: DocumentID(kind: .service, team: "b", name: "web"), spec: ["port": 81])
            await #expect(throws: StoreError.self) {
                try await bound.commit(Commit(message: "x", author: "alice", put: [foreign]))
            }
            let own = Document(id: DocumentID(kind: .service, team: "a", name: "web"), spec: ["port": 81])
            #expect(try await bound.commit(Commit(message: "x", author: "alice", put: [own])).revision == 3)
            #expect(try await store.allDocuments().count == 4)
        }
    }

    @Test func `a request's actor binds whatever is called in it`() async throws {
        try await Self.with { store, _ in
            let counts = try await Actor.$ambient.withValue(try Self.actor("b")) {
                async let child = store.allDocuments().count
                let (bound, unbound) = (
                    try await store.allDocuments().count, try await store.unbound.allDocuments().count
                )
                return [bound, unbound, try await child]
            }
            #expect(counts == [2, 4, 2])
            #expect(try await store.allDocuments().count == 4)
        }
    }

    @Test func `every table is guarded`() async throws {
        try await HubStoreFixture.with { fixture in
            let open = try await fixture.store.pool.query(
                """
                SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
                    AND NOT relrowsecurity
                """
            ).map { row in try row.get(0, as: String.self) }
            #expect(open.isEmpty, "a migration that makes a table enables row-level security for it")
            let granted = try await fixture.store.pool.query(
                """
                SELECT DISTINCT table_name::text FROM information_schema.table_privileges WHERE grantee = 'otomi_team'
                """
            ).map { row in try row.get(0, as: String.self) }
            #expect(Set(granted) == ["documents", "revisions", "drafts", "draft_edits", "revision_tags"])
            let definers = try await fixture.store.pool.query(
                "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
            ).count
            #expect(definers == 0, "a function that runs as its owner is a way past the policies")
        }
    }
}
