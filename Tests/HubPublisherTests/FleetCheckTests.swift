import JSON
import Testing
import Values

@testable import HubPublisher

/// What a commit is refused for, or warned of, before anything is stored.
@Suite struct FleetCheckTests {
    private let clusters = [
        ClusterIdentity(name: "one", provider: "aws", region: "eu"),
        ClusterIdentity(name: "two", provider: "google", region: "eu"),
    ]

    private let team = Document(id: DocumentID(kind: .team, name: "demo"), spec: [:])

    private func service(_ name: String, path: String) -> Document {
        Document(
            id: DocumentID(kind: .service, team: "demo", name: name),
            spec: ["exposure": ["type": "public", "domain": "www.shop.example", "paths": [.string(path)]]]
        )
    }

    private func found(_ before: [Document], _ after: [Document]) throws -> [Fault] {
        try FleetCheck().faults(changing: before, to: after, on: clusters)
    }

    @Test func `a change is refused for what it would do wrong on any cluster`() throws {
        let loadBalancer = Document(id: DocumentID(kind: .settings, name: "otomi"), spec: ["hasCloudLB": true])
        let faults = try found([team], [team, loadBalancer]).filter { $0.severity == .error }
        #expect(faults.map(\.pointer.description) == ["/hasCloudLB"])
        #expect(faults.allSatisfy { $0.message.contains("'google'") })
    }

    @Test func `a URL that is taken is refused on edit`() throws {
        let before = [team, service("first", path: "/a"), service("second", path: "/b")]
        let after = [team, service("first", path: "/a"), service("second", path: "/a")]
        #expect(try found([], before).filter { $0.severity == .error } == [])
        #expect(try found(before, after).contains { $0.severity == .error && $0.document?.name == "second" })
    }

    @Test func `what was wrong before does not stop another change`() throws {
        let wrong = [team, service("first", path: "/a"), service("second", path: "/a")]
        let other = Document(id: DocumentID(kind: .team, name: "other"), spec: [:])
        #expect(try found(wrong, wrong + [other]) == [])
    }

    @Test func `what a policy only audits is a warning`() throws {
        let policy = Document(id: DocumentID(kind: .policy, name: "banned-image-tags"), spec: ["tags": ["latest"]])
        let job = Document(
            id: DocumentID(kind: .job, team: "demo", name: "sync"),
            spec: [
                "script": "true", "image": ["repository": "busybox", "tag": "latest"],
                "resources": [
                    "limits": ["cpu": "100m", "memory": "64Mi"], "requests": ["cpu": "10m", "memory": "16Mi"],
                ],
            ]
        )
        let faults = try found([team, policy], [team, policy, job])
        #expect(faults.map(\.severity) == [.warning])
        #expect(faults.map(\.pointer.description) == ["/image/tag"])
    }
}
