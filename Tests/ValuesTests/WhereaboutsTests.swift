import JSON
import Testing

@testable import Values

/// Where things go, why not elsewhere, and what a change of a cluster's labels moves.
@Suite struct WhereaboutsTests {
    private static let eu = ClusterIdentity(name: "eu1", provider: "aws", region: "eu", labels: ["env": "prod"])
    private static let us = ClusterIdentity(name: "us1", provider: "azure", region: "us", labels: ["env": "dev"])
    private static let groups = [
        StoredDocument.first(.group, "prod", ["selector": ["env": "prod"], "priority": 10]),
        StoredDocument.first(.group, "all", ["selector": [:], "priority": 1]),
    ]

    private static func whereabouts(
        _ id: DocumentID,
        on cluster: ClusterIdentity,
        of documents: [StoredDocument]
    ) -> Whereabouts? {
        DocumentIndex(groups + documents).whereabouts(of: id, on: cluster)
    }

    /// A kind with a placement, and the document of the team that it may need.
    struct Subject: Sendable, CustomTestStringConvertible {
        let kind: Kind
        var team: String? { kind.belongsToTeam ? "demo" : nil }
        var id: DocumentID { DocumentID(kind: kind, team: team, name: "demo") }
        var home: [StoredDocument] { team == nil ? [] : [StoredDocument.first(.team, "demo")] }
        var testDescription: String { kind.rawValue }

        func document(_ spec: JSONValue, at scope: Scope = .platform) -> StoredDocument {
            StoredDocument.first(kind, "demo", scope: scope, team: team, spec)
        }
    }

    private static let subjects = Kind.allCases.filter(\.hasPlacement).map(Subject.init)

    @Test("every kind with a placement goes by names, by labels, and nowhere else", arguments: subjects)
    func kinds(subject: Subject) {
        func places(_ placement: JSONValue) -> [Bool?] {
            let documents = subject.home + [subject.document(["placement": placement])]
            return [Self.eu, Self.us].map { Self.whereabouts(subject.id, on: $0, of: documents)?.isPlaced }
        }
        #expect(places([:]) == [true, true])
        #expect(places(["clusters": ["us1"]]) == [false, true])
        #expect(places(["selector": ["env": "prod"]]) == [true, false])
        #expect(places(["clusters": ["us1"], "selector": ["provider": "aws"]]) == [true, true])
        #expect(places(["clusters": []]) == [false, false])
    }

    @Test("placements layer: a group's and a cluster's win over the platform's", arguments: subjects)
    func layers(subject: Subject) {
        let documents =
            subject.home + [
                subject.document(["placement": ["clusters": ["us1"]]]),
                subject.document(["placement": ["clusters": ["eu1"]]], at: .group("prod")),
            ]
        let found = Self.whereabouts(subject.id, on: Self.eu, of: documents)
        #expect(found?.isPlaced == true)
        #expect(found?.scope == .group("prod"))
        #expect(Self.whereabouts(subject.id, on: Self.us, of: documents)?.isPlaced == true)
        let more = documents + [subject.document(["placement": ["clusters": []]], at: .cluster("eu1"))]
        let away = Self.whereabouts(subject.id, on: Self.eu, of: more)
        #expect(away?.isPlaced == false)
        #expect(away?.scope == .cluster("eu1"))
        // What is found here is what the cluster gets.
        for (cluster, all) in [(Self.eu, documents), (Self.us, documents), (Self.eu, more)] {
            let selection = DocumentIndex(Self.groups + all).selection(for: cluster)
            let ids = selection.platformNodes.map(\.id) + selection.teams.flatMap { $0.nodes.map(\.id) }
            #expect(ids.contains(subject.id) == Self.whereabouts(subject.id, on: cluster, of: all)?.isPlaced)
        }
    }

    @Test func `what is written for other scopes only does not go to a cluster`() {
        let documents = [
            StoredDocument.first(.team, "demo", scope: .group("prod")),
            StoredDocument.first(.team, "demo", scope: .cluster("x")),
        ]
        let id = DocumentID(kind: .team, name: "demo")
        #expect(Self.whereabouts(id, on: Self.eu, of: documents)?.isPlaced == true)
        let away = Self.whereabouts(id, on: Self.us, of: documents)
        #expect(away?.obstacle == .otherScopes([.group("prod"), .cluster("x")]))
        #expect(away?.obstacle?.description == "it is written at group/prod, cluster/x only")
    }

    @Test func `the reason names the labels that are missing or other`() {
        let selector: JSONValue = ["placement": ["selector": ["env": "prod", "tier": "gold", "provider": "azure"]]]
        let id = DocumentID(kind: .team, name: "demo")
        let found = Self.whereabouts(id, on: Self.us, of: [StoredDocument.first(.team, "demo", selector)])
        #expect(
            found?.obstacle?.description
                == "its placement selects env=prod, which is dev there and tier=gold, which it has not"
        )
        let named: JSONValue = ["placement": ["clusters": ["x"], "selector": ["env": "prod"]]]
        let both = Self.whereabouts(id, on: Self.us, of: [StoredDocument.first(.team, "demo", named)])
        #expect(
            both?.obstacle?.description
                == "its placement does not name the cluster, and selects env=prod, which is dev there"
        )
    }

    @Test func `a team's things do not go where the team does not`() {
        let documents = [
            StoredDocument.first(.team, "demo", ["placement": ["clusters": ["eu1"]]]),
            StoredDocument.first(.service, "web", team: "demo"),
        ]
        let id = DocumentID(kind: .service, team: "demo", name: "web")
        #expect(Self.whereabouts(id, on: Self.eu, of: documents)?.isPlaced == true)
        let away = Self.whereabouts(id, on: Self.us, of: documents)
        #expect(away?.obstacle == .team("demo", .notNamed))
        #expect(away?.obstacle?.description == "team demo does not go there: its placement does not name the cluster")
    }

    @Test func `nothing is said of what no document speaks of`() {
        let index = DocumentIndex([StoredDocument.first(.team, "demo")])
        let service = DocumentID(kind: .service, team: "demo", name: "web")
        #expect(index.whereabouts(of: service, on: Self.eu) == nil)
        #expect(!index.speaks(of: service))
        #expect(index.speaks(of: DocumentID(kind: .team, name: "demo")))
        #expect(index.whereabouts(of: DocumentID(kind: .settings, name: "otomi"), on: Self.eu) == nil)
    }

    @Test func `an app that is switched off says where`() throws {
        let documents =
            Self.groups + [
                StoredDocument.first(.app, "harbor", ["enabled": true]),
                StoredDocument.first(.app, "harbor", scope: .group("prod"), ["enabled": false]),
            ]
        let index = DocumentIndex(documents)
        func find(_ cluster: ClusterIdentity) throws -> Whereabouts {
            let id = DocumentID(kind: .app, name: "harbor")
            let found = try #require(index.whereabouts(of: id, on: cluster))
            let selection = index.selection(for: cluster)
            return Whereabouts(found, ofApp: "harbor", in: selection.sharedTree()["apps"], selection)
        }
        #expect(try find(Self.us).isPlaced)
        #expect(try find(Self.eu).obstacle == .off(.group("prod")))
        #expect(try find(Self.eu).obstacle?.description == "it is switched off at group/prod")
    }

    @Test func `other labels take teams away and bring others, and change groups`() {
        let documents =
            Self.groups + [
                StoredDocument.first(.team, "prod", ["placement": ["selector": ["env": "prod"]]]),
                StoredDocument.first(.service, "web", team: "prod"),
                StoredDocument.first(.team, "dev", ["placement": ["selector": ["env": "dev"]]]),
                StoredDocument.first(.team, "both"),
                StoredDocument.first(.service, "test", team: "both", ["placement": ["selector": ["env": "dev"]]]),
            ]
        let after = ClusterIdentity(name: "eu1", provider: "aws", region: "eu", labels: ["env": "dev"])
        let change = PlacementChange(from: Self.eu, to: after, in: DocumentIndex(documents))
        // A team that goes takes its things along; they are not told one by one.
        #expect(change.lost.map(\.description) == ["Team prod"])
        #expect(change.gained.map(\.description) == ["Team dev", "Service both/test"])
        #expect(change.leftGroups == ["prod"])
        #expect(change.joinedGroups.isEmpty)
        #expect(PlacementChange(from: Self.eu, to: Self.eu, in: DocumentIndex(documents)).isEmpty)
    }
}
