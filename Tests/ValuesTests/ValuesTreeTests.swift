import JSON
import Testing
import YAML

@testable import Values

@Suite("The tree of the values") struct ValuesTreeTests {
    private static let places: [(id: DocumentID, path: String)] = [
        (DocumentID(kind: .settings, name: "otomi"), "platform/settings/otomi.yaml"),
        (DocumentID(kind: .app, name: "harbor"), "platform/apps/harbor.yaml"),
        (DocumentID(kind: .policy, name: "banned"), "platform/policies/banned.yaml"),
        (DocumentID(kind: .team, name: "demo"), "platform/teams/demo/team.yaml"),
        (DocumentID(kind: .service, team: "demo", name: "hello"), "platform/teams/demo/services/hello.yaml"),
        (DocumentID(kind: .job, team: "demo", name: "tidy"), "platform/teams/demo/jobs/tidy.yaml"),
        (DocumentID(kind: .secret, team: "demo", name: "a.b"), "platform/teams/demo/secrets/a.b.yaml"),
        (DocumentID(kind: .group, name: "eu"), "groups/eu/group.yaml"),
        (DocumentID(kind: .settings, scope: .group("eu"), name: "dns"), "groups/eu/settings/dns.yaml"),
        (DocumentID(kind: .team, scope: .group("eu"), name: "demo"), "groups/eu/teams/demo/team.yaml"),
        (DocumentID(kind: .cluster, scope: .cluster("paris"), name: "paris"), "clusters/paris/cluster.yaml"),
        (DocumentID(kind: .app, scope: .cluster("paris"), name: "harbor"), "clusters/paris/apps/harbor.yaml"),
        (
            DocumentID(kind: .service, scope: .cluster("paris"), team: "demo", name: "hello"),
            "clusters/paris/teams/demo/services/hello.yaml"
        ),
    ]

    @Test("has one file for each document, and each file says whose it is", arguments: places)
    func paths(_ place: (id: DocumentID, path: String)) {
        #expect(ValuesTree.path(of: place.id) == place.path)
        #expect(ValuesTree.id(at: place.path) == place.id)
        #expect(ValuesTree.isOurs(place.path))
    }

    @Test("has a place for every kind at every scope, and no two documents share one")
    func bijection() {
        var seen: [String: DocumentID] = [:]
        for kind in Kind.allCases {
            for scope in [Scope.platform, .group("x"), .cluster("x"), .cluster("team"), .group("y")] {
                for name in ["x", "y", "team", "group", "cluster", "services"] {
                    let id = DocumentID(kind: kind, scope: scope, team: kind.belongsToTeam ? "x" : nil, name: name)
                    let path = ValuesTree.path(of: id)
                    #expect(ValuesTree.id(at: path) == id, "\(path)")
                    #expect(seen.updateValue(id, forKey: path) == nil, "\(path)")
                }
            }
        }
    }

    @Test(
        "leaves everything else to people",
        arguments: [
            "README.md", ".gitlab-ci.yml", "platform", "platform/README.md", "docs/platform/x.yaml", "other.yaml",
        ]
    )
    func foreign(_ path: String) { #expect(!ValuesTree.isOurs(path)) }

    @Test(
        "has no document in a file of another name, suffix or depth",
        arguments: [
            "platform/settings/otomi.yml", "platform/settings/otomi.json", "platform/otomi.yaml", "platform/x/y.yaml",
            "platform/services/hello.yaml", "platform/teams/demo.yaml", "platform/teams/demo/settings/x.yaml",
            "platform/teams/demo/services/a/b.yaml", "groups/group.yaml", "groups//group.yaml", "clusters.yaml",
            "clusters/paris/clusters/paris.yaml", "platform/groups/eu.yaml", "platform//x.yaml",
        ]
    )
    func noDocument(_ path: String) { #expect(ValuesTree.id(at: path) == nil) }

    @Test("refuses a file that holds something else than belongs there, and says what")
    func faults() throws {
        let team = Document(id: DocumentID(kind: .team, name: "demo"), spec: [:])
        let place = "platform/teams/demo/team.yaml"
        #expect(try ValuesTree.document(at: place, holding: [team.json]) == team)
        func fault(_ path: String, _ values: [JSONValue]) -> Fault? {
            do { _ = try ValuesTree.document(at: path, holding: values) } catch { return error.fault }
            return nil
        }
        #expect(fault(place, [])?.message == "it is empty")
        #expect(fault(place, [.null])?.message == "it is empty")
        #expect(fault(place, [team.json, team.json])?.message == "one document is expected, found 2")
        #expect(fault(place, [["kind": "Team"]])?.file == place)
        let elsewhere = fault("platform/teams/other/team.yaml", [team.json])
        #expect(elsewhere?.message == "it holds Team demo, and belongs to Team other")
        #expect(elsewhere?.hint?.contains(place) == true)
        #expect(fault("platform/demo.yaml", [team.json])?.message == "no document belongs here")
    }

    @Test("comes back from its files as it was, and is the same text twice", .enabled(if: Fixture.isAvailable))
    func roundTrip() throws {
        let plan = Fixture.plan(Fixture.files())
        #expect(!plan.documents.isEmpty)
        let clusters = plan.clusters.map { cluster in
            RegisteredCluster(
                ClusterIdentity(
                    name: cluster.name,
                    provider: cluster.provider,
                    region: cluster.region,
                    labels: cluster.labels
                ),
                domain: cluster.domain
            )
        }
        let texts = ValuesTree.files(of: plan.documents, clusters: clusters).mapValues { YAML.text(of: $0) }
        #expect(texts.count == plan.documents.count + 1)
        #expect(
            ValuesTree.files(of: plan.documents.reversed(), clusters: clusters).mapValues { YAML.text(of: $0) } == texts
        )
        var documents: [Document] = []
        for (path, text) in texts where path != ValuesTree.clustersFile {
            documents.append(try ValuesTree.document(at: path, holding: YAML.documents(in: text)))
        }
        #expect(documents.sorted { $0.id < $1.id } == plan.documents.sorted { $0.id < $1.id })
        let list = try YAML.document(in: Array(try #require(texts[ValuesTree.clustersFile]).utf8))
        let read = try (list["clusters"]?.arrayValue ?? []).map { try RegisteredCluster(json: $0) }
        #expect(read == clusters.sorted { $0.identity.name < $1.identity.name })
    }
}
