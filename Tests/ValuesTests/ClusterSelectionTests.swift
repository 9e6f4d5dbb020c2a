import JSON
import Testing

@testable import Values

@Suite struct ClusterSelectionTests {
    private static func stored(_ id: DocumentID, _ spec: JSONValue, revision: Int64 = 1) -> StoredDocument {
        StoredDocument(document: Document(id: id, spec: spec), revision: revision, author: "tester")
    }

    private static func cluster(_ name: String, _ spec: JSONValue) -> StoredDocument {
        stored(DocumentID(kind: .cluster, scope: .cluster(name), name: name), spec)
    }

    private static let team = stored(DocumentID(kind: .team, name: "demo"), [:])
    private static let service = stored(DocumentID(kind: .service, team: "demo", name: "web"), ["port": 8080])

    private static func selection(_ name: String, of documents: [StoredDocument]) -> ClusterSelection {
        let identity = ClusterIdentity(name: name, provider: "aws", region: "eu", labels: ["name-of": name])
        return DocumentIndex(documents).selection(for: identity)
    }

    @Test func `clusters that differ in what tells them apart share everything else`() {
        let documents = [
            Self.team, Self.service,
            Self.cluster("one", ["domainSuffix": "d.example", "apiServer": "https://one:6443"]),
            Self.cluster("two", ["domainSuffix": "d.example", "apiServer": "https://two:6443", "apiName": "second"]),
        ]
        let one = Self.selection("one", of: documents)
        let two = Self.selection("two", of: documents)
        #expect(one.platformStamps == two.platformStamps)
        #expect(one.sharedTree() == two.sharedTree())
        #expect(one.clusterStamp != two.clusterStamp)
        #expect(one.clusterTree()["name"] == "one")
        #expect(two.clusterTree()["apiName"] == "second")
        for key in ClusterSelection.identityKeys { #expect(one.sharedTree()["cluster"]?[key] == nil) }
    }

    @Test func `another domain makes another platform`() {
        let documents = [
            Self.cluster("one", ["domainSuffix": "d.example"]), Self.cluster("two", ["domainSuffix": "e.example"]),
        ]
        let stamps = ["one", "two"].map { Self.selection($0, of: documents).platformStamps }
        #expect(stamps[0] != stamps[1])
    }

    @Test func `an unchanged document keeps its number from revision to revision`() {
        var stamps = DocumentStamps()
        let identity = ClusterIdentity(name: "one", provider: "aws", region: "eu")
        func numbers(_ documents: [StoredDocument], revision: Int64) -> [Int32] {
            DocumentIndex(documents, revision: revision, stamps: &stamps).selection(for: identity).teams.flatMap(
                \.stamps
            )
        }
        let first = numbers([Self.team, Self.service], revision: 1)
        #expect(numbers([Self.service, Self.team], revision: 2) == first)
        let changed = Self.stored(Self.service.document.id, ["port": 8081], revision: 3)
        let third = numbers([Self.team, changed], revision: 3)
        #expect(third.first == first.first)
        #expect(third.last != first.last)
        #expect(numbers([Self.team, Self.service], revision: 4) == first, "back to what it was")
    }

    @Test func `an app that documents place elsewhere is another platform than one that nobody speaks of`() {
        let app = Self.stored(DocumentID(kind: .app, name: "harbor"), ["placement": ["clusters": ["two"]]])
        let without = Self.selection("one", of: [Self.team])
        let elsewhere = Self.selection("one", of: [Self.team, app])
        #expect(elsewhere.platformStamps != without.platformStamps)
        #expect(elsewhere.sharedTree()["derived"]?["appsElsewhere"] == ["harbor"])
    }

    @Test func `what a selection says is what the effective values say`() {
        let documents = [
            Self.team, Self.service, Self.cluster("one", ["domainSuffix": "d.example"]),
            Self.stored(
                DocumentID(kind: .service, scope: .cluster("one"), team: "demo", name: "web"),
                ["exposure": ["type": "public"]]
            ),
        ]
        let selection = Self.selection("one", of: documents)
        let shared = selection.sharedTree()
        let team = ClusterSelection.deriving(selection.teams[0].tree(), team: "demo", from: shared)
        let whole = EffectiveValues(selection).tree
        #expect(team == whole["teams"]?["demo"])
        #expect(shared["settings"] == whole["settings"])
        #expect(team["services"]?["web"]?["exposure"]?["host"] == "web.team-demo.d.example")
    }
}
