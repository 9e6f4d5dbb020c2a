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

    /// A change of one document of a fleet whose clusters share nothing, and one of a cluster at its end.
    @Test func `a fleet without equals is checked within a bound, and a change of few clusters always`() throws {
        let names = (0..<FleetCheck.maximumInputs + 20).map { "cluster-\($0)" }
        let fleet = names.map { ClusterIdentity(name: $0, provider: "aws", region: "eu") }
        let domains = names.map { name in
            Document(
                id: DocumentID(kind: .cluster, scope: .cluster(name), name: name),
                spec: ["domainSuffix": .string("\(name).example")]
            )
        }
        let off = Document(id: DocumentID(kind: .settings, name: "otomi"), spec: ["installsApps": false])
        let before = [team, off] + domains
        func faults(_ change: Document) throws -> [Fault] {
            try FleetCheck().faults(changing: before, to: before + [change], on: fleet)
                .filter { $0.severity == .error }
        }
        func broken(_ scope: Scope) -> Document {
            Document(
                id: DocumentID(kind: .service, scope: scope, team: "demo", name: "web"),
                spec: ["port": "eighty"]
            )
        }
        let last = Scope.cluster("cluster-\(FleetCheck.maximumInputs + 19)")
        #expect(try faults(broken(last)).map(\.document?.scope) == [last])
        #expect(try faults(broken(.platform)).map(\.document?.scope) == [.platform])
    }

    @Test func `a change is checked where its team is, on one of all the clusters that are alike`() throws {
        let fleet = (0..<200).map { number in
            let labels = ["zone": number % 2 == 0 ? "eu" : "us", "number": "\(number)"]
            let provider = number == 199 ? "google" : "aws"
            return ClusterIdentity(name: "c\(number)", provider: provider, region: "eu", labels: labels)
        }
        func document(_ kind: Kind, _ name: String, team: String? = nil, _ spec: JSONValue) -> Document {
            Document(id: DocumentID(kind: kind, team: team, name: name), spec: spec)
        }
        let before = [
            document(.team, "europe", ["placement": ["selector": ["zone": "eu"]]]),
            document(.team, "last", ["placement": ["clusters": ["c198"]]]),
        ]
        for team in ["europe", "last"] {
            let broken = document(.service, "web", team: team, ["port": "eighty"])
            let faults = try FleetCheck().faults(changing: before, to: before + [broken], on: fleet)
            #expect(faults.contains { $0.severity == .error && $0.document == broken.id })
        }
        // The one cluster that differs from the others is found among them.
        let loadBalancer = document(.settings, "otomi", ["hasCloudLB": true])
        let faults = try FleetCheck().faults(changing: before, to: before + [loadBalancer], on: fleet)
        #expect(faults.contains { $0.severity == .error && $0.message.contains("'google'") })
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
