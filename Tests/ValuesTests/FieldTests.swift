import JSON
import Testing

@testable import Values

/// What the fields take that several kinds share.
@Suite struct FieldTests {
    struct Field: CustomTestStringConvertible, Sendable {
        let name: String
        let good: [JSONValue]
        let bad: [JSONValue]
        var testDescription: String { name }
    }

    private static let longest: JSONValue = .string(String(repeating: "x", count: 131_072))
    private static let tooLong: JSONValue = .string(String(repeating: "x", count: 131_073))

    private static let fields = [
        Field(name: "idName", good: ["ab", "a-1"], bad: ["a", "1a", "A1", "ab-", "a_b"]),
        Field(name: "word", good: ["a.b/c"], bad: ["", "a b"]),
        Field(name: "domain", good: ["example.org", "a"], bad: ["", "a..b", "-a.org", "a b.org"]),
        Field(
            name: "domainOrAddress",
            good: ["example.org", "*.example.org", "192.0.2.1", "2001:db8::1"],
            bad: ["https://example.org", "a b"]
        ),
        Field(name: "email", good: ["a.b@example.org"], bad: ["a", "a@b", "a@example.org, b@example.org"]),
        Field(name: "url", good: ["https://example.org:8443/a?b"], bad: ["http://example.org", "https://localhost"]),
        Field(name: "hostPort", good: ["mail:25", "mail.example.org:65535"], bad: ["mail", "mail:0", "mail:65536"]),
        Field(name: "repository", good: ["org/app", "a.b/c_d"], bad: ["Org/app", "org/app:1"]),
        Field(name: "duration", good: ["0", "5m", "1d12h", "90ms"], bad: ["", "5", "12h1d", "-1m"]),
        Field(name: "memory", good: ["64Mi", "0.5G"], bad: ["64", "Mi", "64mi"]),
        Field(name: "diskSize", good: ["20Gi", "20", "1.5T"], bad: ["20Mi", "Gi"]),
        Field(name: "port", good: [1, 65_535], bad: [0, 65_536, "80"]),
        Field(name: "containerPort", good: [80, 32_768], bad: [79, 32_769]),
        Field(
            name: "image",
            good: [["repository": "nginx"], ["repository": "nginx", "tag": "1.2", "pullPolicy": "Always"]],
            bad: [
                ["tag": "1"], ["repository": "nginx", "pullPolicy": "Never"], ["repository": "nginx", "tag": "a b"],
            ]
        ),
        Field(
            name: "resources",
            good: [["limits": ["cpu": "1", "memory": "1Gi"], "requests": ["cpu": "1", "memory": "1Gi"]]],
            bad: [["limits": ["cpu": "1", "memory": "1Gi"]], ["limits": ["cpu": "1"], "requests": ["cpu": "1"]]]
        ),
        Field(name: "env", good: [["_A1": longest]], bad: [["1A": "x"], ["A-B": "x"], ["A": tooLong]]),
        Field(name: "files", good: [["/a/b": longest]], bad: [["a": "x"], ["/a/": "x"], ["/a": tooLong]]),
        Field(name: "secretMounts", good: [["/a": "settings"]], bad: [["a": "settings"], ["/a": "a b"]]),
        Field(name: "unixID", good: [0, 65_535], bad: [-1, 65_536]),
        Field(name: "labelMap", good: [["example.org/a": "x", "a_b": ""]], bad: [["-a": "x"], ["a/b/c": "x"]]),
        Field(
            name: "podSecurityContext",
            good: [["fsGroup": 1, "fsGroupChangePolicy": "OnRootMismatch"]],
            bad: [["fsGroupChangePolicy": "Never"], ["privileged": true]]
        ),
    ]

    private static func faults(in value: JSONValue, as field: String) throws -> [SchemaFault] {
        let common = try JSONValue(parsing: PackageResources.Common_json)
        let schema: JSONValue = ["$ref": .string("#/$defs/\(field)"), "$defs": try #require(common["$defs"])]
        return try CompiledSchema(schema).faults(in: value)
    }

    @Test(arguments: fields)
    func `a shared field takes what it should and nothing else`(field: Field) throws {
        for value in field.good { #expect(try Self.faults(in: value, as: field.name) == []) }
        for value in field.bad { #expect(try !Self.faults(in: value, as: field.name).isEmpty) }
    }

    // MARK: - Defects of the old product

    @Test func `[Q] alerts by mail may have several addresses, as was promised`() throws {
        func faults(_ addresses: JSONValue) -> [String] {
            let spec: JSONValue = ["receivers": ["email"], "email": ["critical": addresses]]
            return Validator.faults(in: Document(id: DocumentID(kind: .settings, name: "alerts"), spec: spec))
                .map(\.pointer.description)
        }
        #expect(faults("a@example.org") == [])
        #expect(faults("a@example.org, b@example.org,c@example.org") == [])
        #expect(faults("a@example.org b@example.org") == ["/email/critical"])
    }

    @Test(arguments: ["2", "0.5", "1.125", "200m"])
    func `[Q] a fraction of a CPU is an amount`(text: String) throws {
        #expect(try Self.faults(in: .string(text), as: "cpu") == [])
        for wrong in ["0.1234", "1,5", "m", "1\\.5"] {
            #expect(try !Self.faults(in: .string(wrong), as: "cpu").isEmpty, "\(wrong)")
        }
    }

    @Test(arguments: ["slack", "msteams", "opsgenie"])
    func `[Q] who is told about pipelines has to be described, Microsoft Teams too`(receiver: String) {
        let spec: JSONValue = ["drone": [.string(receiver)]]
        let faults = Validator.faults(in: Document(id: DocumentID(kind: .settings, name: "alerts"), spec: spec))
        #expect(faults.map(\.pointer.description) == ["/\(receiver)"])
    }
}
