import JSON
import Testing

@testable import Platform

@Suite struct TemplateTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let template: JSONValue
        /// `nil`: nothing is left.
        let value: JSONValue?
    }

    private static let tree: JSONValue = [
        "cluster": ["name": "one", "provider": "aws", "domainSuffix": "example.org"],
        "settings": [
            "dns": ["zones": ["a.org", "b.org"], "empty": []], "otomi": ["on": true, "off": false],
            "smtp": ["port": 25, "password": ["$secret": "reference"]],
        ],
        "derived": ["oidcIssuer": "https://keycloak.example.org"],
    ]
    private static let app: JSONValue = [
        "replicas": 3, "users": [["name": "ann", "roles": ["a", "b"]], ["name": "bob"]],
    ]

    private static func row(_ name: String, _ template: JSONValue, _ value: JSONValue?) -> Row {
        Row(testDescription: name, template: template, value: value)
    }

    private static let rows: [Row] = [
        row("a literal", ["a": [1, true, "text"]], ["a": [1, true, "text"]]),
        row("null stays, because it removes a default of a chart", ["a": .null], ["a": .null]),
        row("a number keeps its type", "${app.replicas}", 3),
        row("a list keeps its type", "${settings.dns.zones}", ["a.org", "b.org"]),
        row("an element of a list", "${settings.dns.zones.1}", "b.org"),
        row("a value in a text", "https://${cluster.name}.${cluster.domainSuffix}/", "https://one.example.org/"),
        row("a number in a text", "n=${app.replicas}", "n=3"),
        row("a missing value", "${app.missing}", nil),
        row("a missing value in a text", "a ${app.missing}", nil),
        row("a missing member", ["a": "${app.missing}", "b": 1], ["b": 1]),
        row("a missing element", ["${app.missing}", 1], [1]),
        row("a fallback", "${app.missing|some text}", "some text"),
        row("an empty fallback", "${app.missing|}", ""),
        row("a fallback that is not needed", "${app.replicas|7}", 3),
        row("a secret that was not read", "${settings.smtp.password|none}", "none"),
        row("an escaped mark", "$${NAME} and $HOME", "${NAME} and $HOME"),
        row("if it is there", ["$if": "app.replicas", "$then": "yes", "$else": "no"], "yes"),
        row("if it is written like a value", ["$if": "${app.replicas}", "$then": "yes"], "yes"),
        row("if it is not there", ["$if": "app.missing", "$then": "yes", "$else": "no"], "no"),
        row("if it is false", ["$if": "settings.otomi.off", "$then": "yes", "$else": "no"], "no"),
        row("if it is empty", ["$if": "settings.dns.empty", "$then": "yes", "$else": "no"], "no"),
        row("without else", ["a": ["$if": "app.missing", "$then": 1]], [:]),
        row("if equal", ["$if": ["$equals": ["cluster.provider", "aws"]], "$then": 1, "$else": 2], 1),
        row("if not equal", ["$if": ["$not": ["$equals": ["cluster.provider", "aws"]]], "$then": 1, "$else": 2], 2),
        row("if any", ["$if": ["$any": ["app.missing", "app.replicas"]], "$then": 1, "$else": 2], 1),
        row("if all", ["$if": ["$all": ["app.missing", "app.replicas"]], "$then": 1, "$else": 2], 2),
        row("a case", ["$switch": "cluster.provider", "cases": ["aws": ["zone": "${cluster.name}"]]], ["zone": "one"]),
        row("no case", ["$switch": "cluster.name", "cases": ["two": 2], "default": 0], 0),
        row("no case and no default", ["$switch": "app.missing", "cases": ["two": 2]], nil),
        row(
            "each",
            ["$each": "settings.dns.zones", "$do": ["zone": "${item}"]],
            [["zone": "a.org"], ["zone": "b.org"]]
        ),
        row("each with a member", ["$each": "app.users", "$do": "${item.name}"], ["ann", "bob"]),
        row("each leaves out what is missing", ["$each": "app.users", "$do": "${item.roles}"], [["a", "b"]]),
        row(
            "each in each",
            ["$each": "app.users", "$do": ["$each": "item.roles", "$do": "-${item}"]],
            [["-a", "-b"]]
        ),
        row("each of nothing", ["$each": "app.missing", "$do": "${item}"], nil),
        row(
            "merge",
            [
                "$merge": [
                    ["a": ["b": 1, "c": 2]], "${app.missing}", ["a": ["c": 3]],
                    ["$if": "app.replicas", "$then": ["d": 4]],
                ]
            ],
            ["a": ["b": 1, "c": 3], "d": 4]
        ),
        row("JSON as text", ["$json": ["b": "${app.replicas}", "a": 1]], #"{"a":1,"b":3}"#),
        row("Base64", ["$base64": "${cluster.name}"], "b25l"),
        row("Base64 of JSON", ["$base64": ["a": 1]], "eyJhIjoxfQ=="),
    ]

    @Test(arguments: rows)
    func `a template becomes a value`(row: Row) throws {
        let template = try TemplateParser(app: "any").template(row.template)
        #expect(try template.filled(with: TemplateValues(tree: Self.tree, app: Self.app)) == row.value)
    }

    struct FaultyRow: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let template: JSONValue
        let pointer: String
    }

    private static func faulty(_ name: String, _ template: JSONValue, _ pointer: String) -> FaultyRow {
        FaultyRow(testDescription: name, template: template, pointer: pointer)
    }

    @Test(arguments: [
        faulty("an unknown root", ["a": "${values.x}"], "/a"),
        faulty("a path without end", ["a": ["b", "${app.x"]], "/a/1"),
        faulty("an empty step", "${app..x}", ""),
        faulty("an item outside of each", "${item}", ""),
        faulty("an unknown directive", ["a": ["$iff": "app.x"]], "/a"),
        faulty("a stranger beside a directive", ["$if": "app.x", "then": 1], "/then"),
        faulty("an unknown condition", ["$if": ["$or": []]], "/$if/$or"),
        faulty("an equation of one side", ["$if": ["$equals": ["app.x"]]], "/$if/$equals"),
        faulty("a filled name", ["a-${app.x}": 1], "/a-${app.x}"),
        faulty("a merge of no list", ["$merge": [:]], "/$merge"),
        faulty("a secret", ["a": ["${settings.otomi.adminPassword}"]], "/a/0"),
        faulty("a secret below each", ["$each": "settings.dns.zones", "$do": "${settings.smtp.auth_secret}"], "/$do"),
        faulty("a secret of another app", "${apps.harbor.adminPassword}", ""),
    ])
    func `what is no template is refused at its place`(row: FaultyRow) throws {
        let error = try #require(throws: TemplateError.self) { try TemplateParser(app: "any").template(row.template) }
        #expect(error.pointer.description == row.pointer, "\(error)")
        #expect(!error.message.isEmpty)
    }

    @Test(arguments: [
        faulty("a list in a text", ["a": "x ${settings.dns.zones}"], "/a"),
        faulty("each of no list", ["$each": "cluster.name", "$do": 1], "/$each"),
        faulty("a merge of a text", ["$merge": ["${cluster.name}"]], "/$merge/0"),
    ])
    func `a value of the wrong type is refused at its place`(row: FaultyRow) throws {
        let template = try TemplateParser(app: "any").template(row.template)
        let error = try #require(throws: TemplateError.self) {
            try template.filled(with: TemplateValues(tree: Self.tree, app: Self.app))
        }
        #expect(error.pointer.description == row.pointer, "\(error)")
    }

    @Test func `secret values may read secrets, and what was read without them has none`() throws {
        let template = try TemplateParser(app: "any", mayReadSecrets: true).template([
            "password": "${settings.otomi.adminPassword}"
        ])
        func filled(_ password: JSONValue) throws -> JSONValue? {
            let tree: JSONValue = ["settings": ["otomi": ["adminPassword": password]]]
            return try template.filled(with: TemplateValues(tree: tree.withoutMarkers, app: [:]))
        }
        #expect(try filled("plain") == ["password": "plain"])
        #expect(try filled(["$secret": "reference"]) == [:])
    }
}
