import HubAPI
import JSON
import Testing

@testable import OtomiCommands

@Suite struct SecretsCommandTests {
    private static let keys: JSONValue = [
        "items": [
            DataKey(number: 1, created: "2026-11-20T00:00:00Z", current: false, uses: 12).json,
            DataKey(number: 2, created: "2026-11-27T00:00:00Z", current: true, uses: 3).json,
        ]
    ]

    @Test("a rotation shows every data key and what is left under it")
    func rotate() async {
        let hub = FakeHub(["POST /api/v1/secrets/keys": [.json(Self.keys)]])
        let outcome = await otomi("secrets", "rotate", hub: hub)
        let lines = outcome.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.first == ["KEY", "AGE", "STATE", "USES"])
        #expect(lines.dropFirst().map(\.first) == ["1", "2"])
        #expect(lines.dropFirst().map { Array($0.suffix(2)) } == [["going", "12"], ["current", "3"]])
    }

    @Test("the keys come as JSON too") func keys() async throws {
        let hub = FakeHub(["GET /api/v1/secrets/keys": [.json(Self.keys)]])
        let outcome = await otomi("secrets", "keys", "-o", "json", hub: hub)
        #expect(try JSONValue(parsing: outcome.output).arrayValue?.count == 2)
    }
}
