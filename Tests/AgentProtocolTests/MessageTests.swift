import Bundles
import JSON
import Testing

@testable import AgentProtocol

@Suite struct MessageTests {
    private let key = SigningKey()
    private let sealing = SealingKeyPair()

    private var report: Report {
        Report(
            bootID: "b",
            sequence: 3,
            generation: 5,
            revision: 8,
            state: .degraded,
            trustError: TrustFault(code: "rollback", message: "older"),
            layers: [
                LayerReport(
                    name: "team/demo",
                    digest: Digest(of: []),
                    state: .outOfSync,
                    objects: 4,
                    applied: 3,
                    failed: 1,
                    message: "conflict"
                )
            ],
            notReady: [
                ObjectReport(group: "apps", kind: "Deployment", namespace: "a", name: "b", reason: "R", message: "m")
            ],
            drift: [ObjectReport(group: "", kind: "Node", namespace: nil, name: "n", reason: "R", message: "")],
            counts: ["objects": 4],
            versions: Versions(agent: "1", kubernetes: "1.30"),
            observedAt: 12
        )
    }

    @Test func `messages survive the wire`() throws {
        let enrol = EnrolRequest(
            token: "t",
            clusterUID: "u",
            publicKey: key.publicKey,
            sealingKey: sealing.publicKey,
            bootID: "b",
            agentVersion: "1",
            kubernetesVersion: "1.30"
        )
        #expect(try EnrolRequest(json: try JSONValue(parsing: enrol.json.serialized())) == enrol)
        let answer = EnrolResponse(
            cluster: ClusterBinding(name: "demo", id: "c-1"),
            keyID: "k",
            root: ["signed": [:]],
            hubTime: 5
        )
        #expect(try EnrolResponse(json: answer.json) == answer)
        #expect(try Report(json: try JSONValue(parsing: report.json.serialized())) == report)
        #expect(try ReportResponse(json: ReportResponse(accepted: true).json) == ReportResponse(accepted: true))
        #expect(try RotateResponse(json: RotateResponse(keyID: "k").json) == RotateResponse(keyID: "k"))
    }

    @Test func `a rotation is proven by the new key for the old one`() throws {
        let request = try RotateRequest(replacing: "old", with: key, sealingKey: sealing.publicKey)
        #expect(try RotateRequest(json: request.json) == request)
        #expect(request.isProven(replacing: "old"))
        #expect(!request.isProven(replacing: "other"))
        var stolen = request.json
        stolen["publicKey"] = .string(SigningKey().publicKey.base64)
        #expect(try !RotateRequest(json: stolen).isProven(replacing: "old"))
    }

    @Test(arguments: ["publicKey", "sealingKey", "token", "bootID"])
    func `a missing or wrong member is named`(member: String) {
        let enrol = EnrolRequest(
            token: "t",
            clusterUID: "u",
            publicKey: key.publicKey,
            sealingKey: sealing.publicKey,
            bootID: "b",
            agentVersion: "1",
            kubernetesVersion: "1.30"
        )
        var json = enrol.json
        json[member] = 1
        #expect(throws: JSONError.self) { try EnrolRequest(json: json) }
        json[member] = nil
        #expect { try EnrolRequest(json: json) } throws: { "\($0)".contains(member) }
    }

    @Test func `a report is bounded`() throws {
        let object = ObjectReport(group: "", kind: "K", namespace: nil, name: "n", reason: "R", message: "m")
        var many = report
        many.notReady = Array(repeating: object, count: 21)
        #expect(throws: JSONError.self) { try Report(json: many.json) }
        let fault = TrustFault(code: "c", message: String(repeating: "ü", count: 5000))
        #expect(fault.message.utf8.count <= 4096)
        #expect(fault.message.contains("ü… [cut, sha256 "))
    }

    @Test func `a state of a newer agent is taken as unknown`() throws {
        var json = report.json
        json["state"] = "dancing"
        #expect(try Report(json: json).state == .unknown)
    }

    @Test func `the same content at another time says the same`() {
        var later = report
        later.sequence += 1
        later.observedAt += 1000
        #expect(later.saysTheSame(as: report))
        later.generation += 1
        #expect(!later.saysTheSame(as: report))
    }
}
