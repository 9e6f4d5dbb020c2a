import Foundation
import JSON
import Testing
import Values
import YAML

@testable import Platform

/// The rules in Swift over the table of examples that the rules in Rego and CEL are run over too (`script/check-rego`).
@Suite struct PolicyTableTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let policy: String
        let spec: JSONValue
        let object: JSONValue
        let findings: [String]

        init(_ json: JSONValue) throws {
            policy = try json.required("policy")
            testDescription = "\(policy): \(try json.required("name", as: String.self))"
            spec = try json.required("parameters", as: JSONValue.self)
                .merging(json["exemptions"].map { ["exemptions": $0] } ?? [:])
            object =
                json["object"] ?? [
                    "apiVersion": "v1", "kind": "Pod",
                    "metadata": [
                        "name": "web", "namespace": "team-demo", "annotations": json["annotations"] ?? [:],
                    ],
                    "spec": json["pod"] ?? [:],
                ]
            findings = try json.required("findings")
        }
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "PolicyTable")

    static let rows: [Row] = {
        do {
            let bytes = try Array(Data(contentsOf: folder.appending(path: "examples.yaml")))
            return try YAML.documents(in: bytes).flatMap { $0.arrayValue ?? [] }.map { try Row($0) }
        } catch {
            Issue.record("examples.yaml: \(error)")
            return []
        }
    }()

    @Test(arguments: rows)
    func `a policy finds what the table says, and nothing else`(row: Row) throws {
        var faults = FaultLog()
        let plan = PolicyPlan(["policies": [row.policy: row.spec]], &faults)
        #expect(faults.placed == [])
        let policy = try #require(plan.platform[row.policy])
        let workload = try #require(Workload(row.object))
        #expect(policy.findings(in: workload, of: "demo").map(\.message).sorted() == row.findings.sorted())
    }

    @Test func `every policy has examples that violate it, conform to it and are exempt from it`() {
        let names = Set(PolicyRules.all.map { $0.name })
        #expect(names == Set(Schema.names(of: .policy)))
        for name in names {
            let rows = Self.rows.filter { $0.policy == name }
            #expect(rows.contains { !$0.findings.isEmpty }, "\(name)")
            #expect(rows.contains { $0.findings.isEmpty && $0.spec["exemptions"] == nil }, "\(name)")
            #expect(rows.contains { $0.spec["exemptions"] != nil }, "\(name)")
        }
    }

    @Test func `every kind that runs pods has an example`() {
        let kinds = Set(Self.rows.compactMap { $0.object["kind"]?.stringValue })
        #expect(kinds == Set(Workload.kinds.flatMap(\.kinds)))
    }
}
