import JSON
import Testing

@testable import Values

@Suite("Schemas")
struct SchemaTests {
    struct Case: CustomTestStringConvertible {
        let schema: JSONValue
        let good: [JSONValue]
        let bad: [JSONValue]
        let keyword: String
        var testDescription: String { schema.compactText }

        init(_ schema: JSONValue, _ good: [JSONValue], _ keyword: String, _ bad: [JSONValue]) {
            self.schema = schema
            self.good = good
            self.bad = bad
            self.keyword = keyword
        }
    }

    @Test(
        "apply every keyword",
        arguments: [
            Case(["type": "integer"], [1, 2.0], "type", [1.5, "1", .null]),
            Case(["type": ["string", "null"]], ["a", .null], "type", [1, [:]]),
            Case(["enum": ["a", 1]], ["a", 1], "enum", ["b", true]),
            Case(["const": ["a": 1]], [["a": 1]], "const", [["a": 2], 1]),
            Case(["pattern": "^a"], ["ab", 1], "pattern", ["b"]),
            Case(["minLength": 2], ["é😀", 1], "minLength", ["é"]),
            Case(["maxLength": 2], ["é😀"], "maxLength", ["abc"]),
            Case(["minimum": 1.5], [2, 1.5], "minimum", [1]),
            Case(["maximum": 3], [3], "maximum", [3.5]),
            Case(["items": ["type": "string"]], [[], ["a"], "x"], "type", [["a", 1]]),
            Case(["minItems": 1], [[1]], "minItems", [[]]),
            Case(["maxItems": 1], [[1]], "maxItems", [[1, 2]]),
            Case(["uniqueItems": true], [[1, 2]], "uniqueItems", [[1, 1]]),
            Case(["contains": ["const": 1]], [[2, 1]], "contains", [[], [2]]),
            Case(["required": ["a"]], [["a": 1], 1], "required", [[:], ["a": .null]]),
            Case(["dependentRequired": ["a": ["b"]]], [["a": 1, "b": 1], ["b": 1]], "required", [["a": 1]]),
            Case(["properties": ["a": ["type": "string"]]], [["a": "x"], [:]], "type", [["a": 1]]),
            Case(["patternProperties": ["^x": ["type": "string"]]], [["x1": "a", "y": 1]], "type", [["x1": 1]]),
            Case(
                ["additionalProperties": false, "properties": ["a": true]],
                [["a": 1]],
                "additionalProperties",
                [["b": 1]]
            ),
            Case(["additionalProperties": ["type": "string"]], [["b": "x"]], "type", [["b": 1]]),
            Case(["propertyNames": ["maxLength": 1]], [["a": 1]], "propertyNames", [["ab": 1]]),
            Case(["minProperties": 1], [["a": 1]], "minProperties", [[:]]),
            Case(["maxProperties": 1], [["a": 1]], "maxProperties", [["a": 1, "b": 1]]),
            Case(["not": ["required": ["a"]]], [[:]], "not", [["a": 1]]),
            Case(["allOf": [["minimum": 1], ["maximum": 2]]], [1, 2], "maximum", [3]),
            Case(["anyOf": [["const": 1], ["const": 2]]], [1, 2], "const", [3]),
            Case(["oneOf": [["minimum": 1], ["minimum": 2]]], [1], "oneOf", [3]),
            Case(
                ["if": ["const": 1], "then": false, "else": ["minimum": 5]],
                [5],
                "minimum",
                [2]
            ),
            Case(["if": ["const": 1], "then": false], [5], "false", [1]),
            Case(["$ref": "#/$defs/s", "$defs": ["s": ["type": "string"]]], ["a"], "type", [1]),
            Case(
                [
                    "$defs": ["n": ["properties": ["n": ["$ref": "#/$defs/n"]], "additionalProperties": false]],
                    "$ref": "#/$defs/n",
                ],
                [["n": ["n": [:]]]],
                "additionalProperties",
                [["n": ["m": 1]]]
            ),
        ]
    )
    func apply(_ example: Case) throws {
        let schema = try CompiledSchema(example.schema)
        for value in example.good { #expect(schema.faults(in: value) == [], "\(value)") }
        for value in example.bad {
            #expect(schema.faults(in: value).map(\.keyword).contains(example.keyword), "\(value)")
        }
    }

    @Test("of alternatives report the one that is nearest")
    func reportTheNearest() throws {
        let schema = try CompiledSchema([
            "oneOf": [
                ["required": ["a", "b"], "properties": ["a": ["type": "string"]]],
                ["required": ["c"], "properties": ["c": ["type": "string"]]],
            ]
        ])
        #expect(schema.faults(in: ["c": 1]).map(\.pointer.description) == ["/c"])
    }

    @Test(
        "refuse what they do not understand instead of ignoring it",
        arguments: [
            ["type": "text"], ["typo": 1], ["pattern": "("], ["$ref": "other.json"], ["$ref": "#/$defs/none"],
            ["minLength": 2, "maxLength": 1],
            ["required": "a"], ["properties": ["a": 1]],
        ] as [JSONValue]
    )
    func refuse(_ schema: JSONValue) {
        #expect(throws: SchemaError.self) { try CompiledSchema(schema) }
    }

    @Test("of all kinds are embedded and understood")
    func areEmbedded() {
        #expect(Schema.embeddedFaults == [])
        #expect(
            Schema.names(of: .settings) == [
                "alerts", "azure", "cloud", "dns", "home", "ingress", "kms", "oidc", "otomi", "smtp",
            ]
        )
        #expect(Schema.names(of: .policy).count == 13)
        #expect(Schema.names(of: .app).count > 45)
        #expect(Schema.compiled(.settings, name: "nothing") == nil)
        for kind in Kind.allCases { #expect(Schema.of(kind)["$id"] != nil) }
    }

    @Test("stand alone and say what they are", arguments: Kind.allCases)
    func standAlone(_ kind: Kind) throws {
        for name in [nil] + Schema.names(of: kind).map(Optional.some) {
            let schema = Schema.of(kind, name: name)
            #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
            #expect(schema["title"] != nil)
            _ = try CompiledSchema(schema)
        }
    }

    @Test("have defaults that they accept themselves", arguments: Kind.allCases)
    func haveValidDefaults(_ kind: Kind) throws {
        for name in Schema.names(of: kind) + ["anything"] {
            guard let schema = Schema.compiled(kind, name: name) else { continue }
            let filled = schema.fillingDefaults(in: [:])
            let faults = schema.faults(in: filled).filter { $0.keyword != "required" }
            #expect(faults == [], "\(kind) \(name)")
            #expect(schema.fillingDefaults(in: filled) == filled, "\(kind) \(name)")
        }
    }

    @Test("give defaults only to what is there, and not to what was removed")
    func giveDefaults() throws {
        let schema = try #require(Schema.compiled(.service, name: "hello"))
        #expect(
            schema.fillingDefaults(in: [:]) == [
                "port": 80,
                "exposure": [
                    "type": "cluster", "auth": false, "forwardPath": false, "tlsPass": false, "paths": [],
                    "ingressClassName": "platform",
                ],
                "networkPolicy": ["ingressPrivate": ["mode": "DenyAll"], "egressPublic": []],
            ]
        )
        #expect(schema.fillingDefaults(in: ["exposure": [:]])["exposure"]?["type"] == "public")
        #expect(schema.fillingDefaults(in: ["port": .null])["port"] == .null)
        let egress = schema.fillingDefaults(in: ["networkPolicy": ["egressPublic": [["domain": "a.b"]]]])
        #expect(egress["networkPolicy"]?["egressPublic"]?[0]?["ports"] == [["number": 443, "protocol": "HTTPS"]])
        let container = schema.fillingDefaults(in: ["container": ["image": ["repository": "x"]]])["container"]
        #expect(
            container == [
                "image": ["repository": "x", "tag": "latest", "pullPolicy": "IfNotPresent"], "scaleToZero": false,
            ]
        )
        let secret = try #require(Schema.compiled(.secret, name: "s"))
        #expect(secret.fillingDefaults(in: ["type": "tls"]) == ["type": "tls", "crt": "tls.crt", "key": "tls.key"])
        #expect(secret.fillingDefaults(in: ["entries": ["a"]]) == ["type": "generic", "entries": ["a"]])
    }

    @Test("know where secrets are")
    func knowSecrets() {
        func secrets(_ kind: Kind, _ name: String, _ spec: JSONValue) -> [String] {
            SecretLeaves.pointers(in: spec, kind: kind, name: name).map(\.description)
        }
        #expect(secrets(.team, "demo", ["password": "x", "oidc": ["groupMapping": "g"]]) == ["/password"])
        let alerts: JSONValue = [
            "slack": ["url": "u", "channel": "c"], "email": ["critical": SecretMarker.marker("m")],
        ]
        #expect(secrets(.settings, "alerts", alerts) == ["/email/critical", "/slack/url"])
        #expect(secrets(.settings, "home", ["msteams": ["highPrio": "u", "lowPrio": .null]]) == ["/msteams/highPrio"])
        #expect(
            secrets(.settings, "dns", ["provider": ["azure": ["aadClientSecret": "x", "tenantId": "t"]]]) == [
                "/provider/azure/aadClientSecret"
            ]
        )
        #expect(
            secrets(.app, "vault", ["seal": ["awskms": ["secret_key": "x", "region": "r"]]]) == [
                "/seal/awskms/secret_key"
            ]
        )
        #expect(
            secrets(.app, "drone", ["sourceControl": ["github": ["clientSecretValue": "x"]]]) == [
                "/sourceControl/github/clientSecretValue"
            ]
        )
        #expect(secrets(.app, "redis-shared", ["password": "x"]) == ["/password"])
        #expect(secrets(.app, "unknown", ["password": "x"]) == [])
        #expect(secrets(.service, "a", ["container": ["secrets": ["x"]]]) == [])
    }
}
