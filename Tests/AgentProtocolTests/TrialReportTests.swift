import JSON
import Testing

@testable import AgentProtocol

@Suite struct TrialReportTests {
    private func result(_ index: Int, message: String = "") -> TrialResult {
        TrialResult(
            kind: "ConfigMap",
            namespace: "team-demo",
            name: "files-\(index)",
            outcome: .denied,
            message: message,
            fields: [JSONDifference(pointer: JSONPointer(["data", "a"]), before: "1", after: nil)],
            managers: [TrialResult.Manager(name: "kubectl", field: ".data.a")]
        )
    }

    @Test func `a report reads back as it was sent`() throws {
        let report = TrialReport(id: "a1", results: [result(1, message: "no")])
        #expect(try TrialReport(json: JSONValue(parsing: report.json.serialized())) == report)
        let failed = TrialReport(id: "a1", failure: "the file is not what was signed")
        #expect(try TrialReport(json: failed.json) == failed)
        let entry = TrialEntry(layer: "team/demo", object: ["kind": "Pod"], isConfidential: true)
        #expect(try TrialEntry(json: entry.json) == entry)
    }

    @Test func `a report keeps its bound, and says how much it leaves out`() {
        let results = (0..<TrialEntry.maximumCount).map { result($0, message: String(repeating: "x", count: 9_000)) }
        let report = TrialReport(id: "a1", results: results)
        #expect(report.omitted > 0)
        #expect(report.results.count + report.omitted == results.count)
        #expect(report.json.serialized().count < TrialReport.maximumBytes + 1_024)
        #expect(report.results.allSatisfy { $0.message.utf8.count <= TrialResult.maximumMessageBytes })
    }

    @Test func `a report beyond its bounds is none`() throws {
        let many = JSONValue.array((0...TrialEntry.maximumCount).map { result($0).json })
        #expect(throws: JSONError.self) { try TrialReport(json: ["id": "a1", "results": many]) }
        var odd = result(1).json
        odd["outcome"] = "wonderful"
        #expect(throws: JSONError.self) { try TrialReport(json: ["id": "a1", "results": [odd]]) }
    }

    @Test func `the route is a post of its own`() {
        #expect(AgentRoute(method: "POST", path: "/agent/v1/trial") == .trial)
        #expect(AgentRoute.trial.target == "/agent/v1/trial")
        #expect(AgentRoute(method: "GET", path: "/agent/v1/trial") == nil)
    }
}
