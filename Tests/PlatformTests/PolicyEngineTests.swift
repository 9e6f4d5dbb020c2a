import Foundation
import JSON
import PlatformTestSupport
import Testing

@testable import Platform

/// What the engines would find on a cluster, for the same examples as `PolicyTableTests`.
@Suite struct PolicyEngineTests {
    private static let python = SampleValues.root.appending(path: ".build-rego/bin/python")

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: python.path),
            "THE POLICIES' REGO AND CEL ARE NOT RUN: script/check-rego installs what runs them"
        )
    )
    func `Rego and CEL find what Swift finds`() throws {
        let rows = try PolicyTableTests.rows.map { row -> JSONValue in
            var tree: JSONValue = ["policies": [row.policy: row.spec]]
            let gatekeeper = Compilation(of: tree).objects
            tree["settings"] = ["otomi": ["policyEngine": "kyverno"]]
            let kyverno = Compilation(of: tree).objects(.clusterPolicy)
            return [
                "name": .string(row.testDescription),
                "template": try #require(gatekeeper.first { $0.isOne(of: [.constraintTemplate]) }),
                "constraint": try #require(
                    gatekeeper.first { $0["apiVersion"] == "constraints.gatekeeper.sh/v1beta1" }
                ),
                "policy": kyverno.first ?? .null,
                "object": row.object,
                "findings": row.findings.json,
            ]
        }
        let input = Pipe()
        let output = Pipe()
        let process = Process()
        process.executableURL = Self.python
        process.arguments = [PolicyTableTests.folder.appending(path: "engines.py").path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(JSONValue.array(rows).serialized()))
        try input.fileHandleForWriting.close()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
    }
}
