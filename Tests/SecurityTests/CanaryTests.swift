import Bundles
import CanarySupport
import HTTPTypes
import HubAPI
import HubStore
import HubTestSupport
import JSON
import Kubernetes
import Postgres
import Testing
import Values

/// No secret comes out of the hub.
///
/// The way through whole processes is in `EndToEndTests/CanaryJourneyTests`.
@Suite struct CanaryTests {
    /// What people write into a secret by mistake beside what belongs there.
    private static func forms(of value: String) -> [JSONValue] {
        [
            .string(value), .string("\(value)\n\u{7}"), .string(value + String(repeating: "x", count: 70_000)),
            [.string(value)], ["member": .string(value)], .string("{\"\(value)\":"),
        ]
    }

    @Test("33 · whatever is written into a secret, no answer to it repeats it")
    func everyLeaf() async throws {
        let places = SecretLeafPaths.all()
        #expect(places.count > 60)
        try await HubTest.with { hub, caller in
            try await caller.addCluster("demo")
            for place in places {
                let id = DocumentID(kind: place.kind, name: place.name)
                for form in Self.forms(of: Canary.value("leaf")) {
                    let document = Document(id: id, spec: place.spec(form))
                    for fault in Validator.faults(in: document) {
                        #expect(Canary.trace(in: fault.description) == nil, "\(place): \(fault)")
                    }
                    let request = CommitRequest(message: "m", base: nil, put: [document], delete: [], dryRun: true)
                    let answer = try await caller.post(Route.commits.path(), request)
                    #expect(
                        Canary.trace(in: answer.bytes) == nil,
                        "\(place): \(String(decoding: answer.bytes, as: UTF8.self))"
                    )
                }
            }
        }
    }

    @Test(
        "33 · what is stored shows nowhere: documents, history, values, explanations, objects, conflicts, the database"
    )
    func stored() async throws {
        try await HubTest.with { hub, caller in
            _ = try await TestAgent.enrolled("demo", hub, caller)
            let documents = Self.documents
            let commit = CommitRequest(message: "m", base: nil, put: documents, delete: [], dryRun: false)
            let made = try await caller.post(Route.commits.path(), commit)
            #expect(made.status == 200, "\(String(decoding: made.bytes, as: UTF8.self))")
            try await hub.publish()
            var changed = documents
            for index in changed.indices { changed[index].spec = Self.documents(suffix: "-2")[index].spec }
            let clash = CommitRequest(message: "m", base: 0, put: changed, delete: [], dryRun: false)
            let conflict = try await caller.post(Route.commits.path(), clash)
            #expect(conflict.status == 409)
            var answers = [("commit", made), ("conflict", conflict)]
            for path in [
                Route.documents.path(), Route.revisions.path(), Route.revision.path("1"), Route.status.path(),
                Route.cluster.path("demo"), Route.clusterValues.path("demo"), Route.clusterObjects.path("demo"),
                Route.clusterObjectStates.path("demo"), Route.clusters.path(),
            ]
                + ["otomi", "dns", "smtp", "teams", "teams.demo", "teamConfig", "apps", "apps.grafana"].map({
                    Route.clusterExplain.path("demo", query: [("path", $0)])
                })
            {
                answers.append((path, try await caller.get(path)))
            }
            for (name, answer) in answers {
                #expect(Canary.trace(in: answer.bytes) == nil, "\(name)")
            }
            for (table, text) in try await Self.dump(hub.store) {
                #expect(Canary.trace(in: text) == nil, "table \(table)")
            }
            let revealed = try await hub.store.allDocuments(revealing: true).map(\.document)
            #expect(Set(revealed) == Set(documents), "what was planted is there")
        }
    }

    private static var documents: [Document] { documents(suffix: "") }

    private static func documents(suffix: String) -> [Document] {
        func canary(_ name: String) -> JSONValue { .string(Canary.value(name) + suffix) }
        return [
            Document(
                id: DocumentID(kind: .settings, name: "otomi"),
                spec: [
                    "adminPassword": canary("admin"),
                    "globalPullSecret": [
                        "server": "registry.example.com", "username": "puller", "password": canary("registry"),
                        "email": "a@example.com",
                    ],
                ]
            ),
            Document(
                id: DocumentID(kind: .settings, name: "dns"),
                spec: [
                    "provider": [
                        "aws": [
                            "region": "eu-west-1", "accessKeyID": canary("dns-id"), "secretAccessKey": canary("dns"),
                        ]
                    ]
                ]
            ),
            Document(
                id: DocumentID(kind: .settings, name: "smtp"),
                spec: [
                    "smarthost": "mail.example.com:587", "auth_username": "u", "auth_password": canary("mail"),
                ]
            ),
            Document(
                id: DocumentID(kind: .team, name: "demo"),
                spec: [
                    "password": canary("team"),
                    "alerts": [
                        "slack": ["url": .string("https://hooks.example.com/\(Canary.value("slack"))\(suffix)")]
                    ],
                ]
            ),
            Document(id: DocumentID(kind: .app, name: "grafana"), spec: ["adminPassword": canary("app")]),
        ]
    }

    /// Every row of every table as text.
    private static func dump(_ store: HubStore) async throws -> [(table: String, text: String)] {
        try await store.pool.withConnection { connection in
            let tables = try connection.query(
                "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            ).map { try $0.get(0, as: String.self) }
            return try tables.map { table in
                let text: String? = try connection.query(
                    "SELECT string_agg(t::text, ' ') FROM \(identifier: table) t"
                )[0].get(0)
                return (table, text ?? "")
            }
        }
    }

    /// Libraries log whole services; what is in them is described by reflection.
    private struct Service {
        let database: PostgresConfiguration
        let cluster: KubernetesConfiguration
        let other: KubernetesConfiguration
        let keyEncryptionKey: KeyEncryptionKey
        let signing: SigningKey
        let sealing: SealingKeyPair
    }

    @Test("33 · what holds a password, a token or a key does not show it when it is logged as a whole")
    func described() throws {
        let bytes = Array((Canary.mark + String(repeating: "x", count: 32)).utf8.prefix(32))
        let service = Service(
            database: PostgresConfiguration(url: "postgres://otomi:\(Canary.value("db"))@db.example.com/otomi"),
            cluster: KubernetesConfiguration(server: "https://k", credentials: .token(Canary.value("token"))),
            other: KubernetesConfiguration(
                server: "https://k",
                credentials: .basic(user: "u", password: Canary.value("basic"))
            ),
            keyEncryptionKey: try KeyEncryptionKey(bytes: bytes),
            signing: try SigningKey(rawBytes: bytes),
            sealing: try SealingKeyPair(rawBytes: bytes)
        )
        let decimal = bytes.prefix(8).map(String.init).joined(separator: ", ")
        for text in ["\(service)", String(reflecting: service)] {
            #expect(Canary.trace(in: text) == nil, "\(text)")
            #expect(!text.contains(decimal), "\(text)")
            #expect(text.contains("db.example.com"))
        }
    }

    @Test("33 · of what an API server says about a Secret, only what cannot quote it is passed on")
    func serversWords() {
        let value = Canary.value("quoted")
        func error(_ status: Int, _ reason: String, _ message: String, _ causes: JSONValue = []) -> KubernetesError {
            KubernetesError(
                status: [
                    "kind": "Status", "code": .integer(Int64(status)), "reason": .string(reason),
                    "message": .string(message), "details": ["causes": causes],
                ],
                operation: "apply Secret/team-demo/s"
            )
        }
        let cause: JSONValue = [
            [
                "reason": "FieldValueInvalid", "field": "data[password]",
                "message": .string("Invalid value: \"\(value)\": field is immutable when `immutable` is set"),
            ]
        ]
        let cases: [(KubernetesError, says: String)] = [
            (
                error(422, "Invalid", "Secret \"s\" is invalid: data: Invalid value: \"\(value)\"", cause),
                "data[password]"
            ),
            (error(400, "BadRequest", "admission webhook \"w.example\" denied the request: no \(value)"), "w.example"),
            (
                error(403, "Forbidden", "admission webhook \"w\" denied the request: User \"a\" cannot \(value)"),
                "\"w\""
            ),
            (error(500, "InternalError", "Internal error occurred: \(value)"), "InternalError"),
            (error(500, "", "failed to create typed patch object (\(value)): expected numeric"), "badRequest"),
            (error(403, "Forbidden", "secrets \"s\" is forbidden: User \"u\" cannot patch resource"), "cannot patch"),
            (error(500, "InternalError", "failed calling webhook \"w.example\": x \(value)"), "w.example"),
            (
                error(
                    422,
                    "Invalid",
                    "x",
                    [["reason": "r", "field": .string("data[\(value) \(value)]"), "message": ""]]
                ), "r"
            ),
        ]
        for (error, says) in cases {
            let concealed = error.concealed
            #expect(Canary.trace(in: "\(concealed) \(concealed.causes)") == nil, "\(concealed)")
            #expect("\(concealed)".contains(says), "\(concealed)")
            #expect(concealed.code == error.code && concealed.isImmutable == error.isImmutable)
            #expect(concealed.failedWebhook == error.failedWebhook)
        }
    }
}
