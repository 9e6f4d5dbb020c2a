import JSON
import Testing

@testable import Values

@Suite("The validator")
struct ValidatorTests {
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let document: Document
        let pointer: String
        let message: String

        init(
            _ kind: Kind,
            _ name: String,
            team: String? = nil,
            scope: Scope = .platform,
            _ spec: JSONValue,
            _ pointer: String,
            _ message: String
        ) {
            let owner = team ?? (kind.belongsToTeam ? "demo" : nil)
            document = Document(id: DocumentID(kind: kind, scope: scope, team: owner, name: name), spec: spec)
            self.pointer = pointer
            self.message = message
            testDescription = "\(document.id) \(spec.compactText)"
        }

        init(_ kind: Kind, team: String? = nil, _ spec: JSONValue, _ pointer: String, _ message: String) {
            self.init(kind, "hello", team: team, spec, pointer, message)
        }
    }

    static let resources: JSONValue = [
        "limits": ["cpu": "50m", "memory": "64Mi"], "requests": ["cpu": "50m", "memory": "64Mi"],
    ]

    static func container(_ members: [String: JSONValue]) -> JSONValue {
        var container: JSONValue = ["image": ["repository": "nginx", "tag": "1"], "resources": resources]
        for (key, value) in members { container[key] = value }
        return ["container": container]
    }

    static func job(_ members: [String: JSONValue]) -> JSONValue {
        var job: JSONValue = ["script": "echo", "image": ["repository": "busybox"], "resources": resources]
        for (key, value) in members { job[key] = value }
        return job
    }

    @Test(
        "says where a document is wrong and what was expected",
        arguments: [
            Case(.service, ["port": "80"], "/port", "an integer is expected, found string"),
            Case(.service, ["port": 0], "/port", "at least 1 is expected, found 0"),
            Case(.service, ["port": 65536], "/port", "at most 65535 is expected, found 65536"),
            Case(.service, ["prot": 80], "/prot", "there is no such field; known are"),
            Case(
                .service,
                ["exposure": ["type": "publik"]],
                "/exposure/type",
                "one of cluster, private, public is expected"
            ),
            Case(
                .service,
                ["exposure": ["domain": "a b.com"]],
                "/exposure/domain",
                "a host or domain name is expected"
            ),
            Case(
                .service,
                ["exposure": ["domain": .string(String(repeating: "a", count: 61) + ".com")]],
                "/exposure/domain",
                "at most 64 characters are expected, found 65"
            ),
            Case(
                .service,
                ["exposure": ["paths": ["api"]]],
                "/exposure/paths/0",
                "an absolute path is expected, found 'api'"
            ),
            Case(.service, ["exposure": ["paths": ["/a", "/a"]]], "/exposure/paths/1", "occurs twice"),
            Case(
                .service,
                ["exposure": ["tlsPass": true, "auth": true]],
                "/exposure/auth",
                "false is expected, found true"
            ),
            Case(.service, ["container": [:]], "/container/image", "is required"),
            Case(
                .service,
                container(["env": ["1A": "b"]]),
                "/container/env/1A",
                "the name of this field is not allowed"
            ),
            Case(
                .service,
                container(["files": ["etc": "b"]]),
                "/container/files/etc",
                "the name of this field is not allowed"
            ),
            Case(.service, container(["containerPort": 22]), "/container/containerPort", "at least 80 is expected"),
            Case(.service, container(["resources": ["limits": [:]]]), "/container/resources/limits/cpu", "is required"),
            Case(.service, container(["predeployed": true]), "/container/predeployed", "there is no such field"),
            Case(
                .service,
                ["container": container([:])["container"] ?? .null, "predeployed": "service"],
                "",
                "either a container or predeployed, not both, is expected"
            ),
            Case(
                .service,
                ["networkPolicy": ["egressPublic": [["ports": []]]]],
                "/networkPolicy/egressPublic/0/domain",
                "is required"
            ),
            Case(.service, ["placement": ["selector": ["env": 1]]], "/placement/selector/env", "a string is expected"),
            Case(.service, ["placement": ["cluster": ["a"]]], "/placement/cluster", "there is no such field"),
            Case(.service, "Hello", [:], "", "the name of a Service is at least two"),
            Case(.service, "a", [:], "", "the name of a Service is at least two"),
            Case(.service, team: "admin", [:], "", "the team name 'admin' is reserved"),
            Case(.team, "admin", [:], "", "the team name 'admin' is reserved"),
            Case(.team, String(repeating: "a", count: 59), [:], "", "at most 58 characters"),
            Case(.team, ["alerts": ["receivers": ["pager"]]], "/alerts/receivers/0", "one of slack, msteams"),
            Case(.team, ["resourceQuota": ["pods": "many"]], "/resourceQuota/pods", "a quantity such as 50"),
            Case(.job, job(["schedule": "every day"]), "/schedule", "a cron expression of five fields is expected"),
            Case(.job, ["image": ["repository": "b"], "resources": resources], "/script", "is required"),
            Case(.job, job(["init": [["script": "x"]]]), "/init/0/image", "is required"),
            Case(.secret, ["type": "generic"], "/entries", "is required"),
            Case(.secret, ["entries": []], "/entries", "at least 1 element is expected"),
            Case(.secret, ["type": "tls", "entries": ["a"]], "/entries", "is not allowed together with"),
            Case(.settings, "alerts", ["receivers": ["slack"]], "/slack", "is required"),
            Case(.settings, "alarms", [:], "", "there is no section of settings 'alarms'; known are alerts"),
            Case(
                .settings,
                "dns",
                ["provider": ["aws": ["region": "x"], "azure": [:]]],
                "/provider",
                "at most 1 field is"
            ),
            Case(.policy, "no-fun", [:], "", "there is no policy 'no-fun'"),
            Case(.app, "cert-manager", ["issuer": "letsencrypt"], "/email", "is required"),
            Case(.app, "harbor", ["enabeld": true], "/enabeld", "there is no such field"),
            Case(.group, "eu", [:], "/selector", "is required"),
            Case(
                .group,
                "eu",
                scope: .cluster("a"),
                ["selector": [:]],
                "",
                "a Group stands at the scope platform only"
            ),
            Case(.cluster, "a", [:], "", "a Cluster stands at the scope cluster/a only"),
            Case(
                .cluster,
                "a",
                scope: .cluster("a"),
                ["k8sVersion": 1.22],
                "/k8sVersion",
                "a string is expected, found number"
            ),
        ]
    )
    func finds(_ example: Case) throws {
        let faults = Validator.faults(in: example.document)
        let fault = try #require(faults.first { $0.message.contains(example.message) }, "\(faults)")
        #expect(fault.pointer.description == example.pointer)
        #expect(fault.document == example.document.id)
        #expect(fault.severity == .error)
        #expect(try Fault(json: fault.json) == fault)
    }

    @Test("finds every fault of a document at once, and suggests what may have been meant")
    func findsAll() {
        let spec: JSONValue = ["port": -1, "exposure": ["type": "pubic", "auht": true], "container": ["image": [:]]]
        let faults = Validator.faults(
            in: Document(id: DocumentID(kind: .service, team: "demo", name: "hello"), spec: spec)
        )
        #expect(
            faults.map(\.pointer.description) == [
                "/container/image/repository", "/container/resources", "/exposure/auht", "/exposure/type", "/port",
            ]
        )
        #expect(faults[2].hint == "did you mean 'auth'?")
        #expect(faults[3].hint == "did you mean 'public'?")
    }

    @Test("accepts the marker of a stored secret wherever the schema has a secret, and nowhere else")
    func acceptsMarkers() {
        let marker = SecretMarker.marker("x")
        func faults(_ name: String, _ spec: JSONValue) -> [String] {
            Validator.faults(in: Document(id: DocumentID(kind: .app, name: name), spec: spec)).map(
                \.pointer.description
            )
        }
        #expect(faults("cert-manager", ["customRootCA": marker, "customRootCAKey": marker]) == [])
        #expect(faults("harbor", ["adminPassword": marker, "registry": ["credentials": ["password": marker]]]) == [])
        #expect(faults("cert-manager", ["stage": marker]) == ["/stage"])
    }

    @Test("never repeats a secret in a message")
    func hidesSecrets() {
        let id = DocumentID(kind: .settings, name: "alerts")
        let faults = Validator.faults(in: Document(id: id, spec: ["slack": ["url": "http://geheim"]]))
        #expect(faults.map(\.pointer.description) == ["/slack/url"])
        #expect(faults.allSatisfy { !$0.description.contains("geheim") })
    }

    @Test("requires nothing of a layer, and lets it remove anything")
    func allowsPartialLayers() {
        let id = DocumentID(kind: .job, scope: .cluster("a"), team: "demo", name: "nightly")
        #expect(Validator.faults(in: Document(id: id, spec: ["schedule": "@daily", "image": .null])) == [])
        #expect(
            Validator.faults(in: Document(id: id, spec: ["schedule": 1])).map(\.pointer.description) == ["/schedule"]
        )
        let base = DocumentID(kind: .job, team: "demo", name: "nightly")
        let faults = Validator.faults(in: Document(id: base, spec: Self.job(["image": .null])))
        #expect(faults.map(\.pointer.description) == ["/image"], "what is required cannot be removed")
    }

    @Test("takes a service's overlay that says one thing only")
    func allowsServiceOverlay() {
        let id = DocumentID(kind: .service, scope: .cluster("a"), team: "demo", name: "web")
        #expect(Validator.faults(in: Document(id: id, spec: ["port": 8080])) == [])
    }
}
