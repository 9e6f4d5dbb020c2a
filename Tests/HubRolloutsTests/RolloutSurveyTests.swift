import HubRollouts
import HubStore
import JSON
import Testing
import Values

@Suite struct RolloutSurveyTests {
    private static func cluster(
        _ name: String,
        labels: [String: String] = [:],
        at revision: Int64 = 1
    ) -> RolloutCandidate {
        RolloutCandidate(
            id: name,
            identity: ClusterIdentity(name: name, provider: "aws", region: "", labels: labels),
            desiredRevision: revision
        )
    }

    private static func stored(
        _ kind: Kind,
        _ name: String,
        team: String? = nil,
        scope: Scope = .platform,
        _ spec: JSONValue,
        revision: Int64
    ) -> StoredDocument {
        let id = DocumentID(kind: kind, scope: scope, team: team, name: name)
        return StoredDocument(document: Document(id: id, spec: spec), revision: revision, author: "alice")
    }

    private static let clusters = [cluster("a", labels: ["env": "test"]), cluster("b"), cluster("c")]

    private static func differing(_ old: [StoredDocument], _ new: [StoredDocument]) -> [String] {
        RolloutSurvey.differing(clusters, target: new, origins: [1: old]).sorted()
    }

    @Test func `a change of the platform differs everywhere, and one placed on a cluster there alone`() {
        let old = [Self.stored(.settings, "otomi", ["a": 1], revision: 1)]
        #expect(Self.differing(old, [Self.stored(.settings, "otomi", ["a": 2], revision: 2)]) == ["a", "b", "c"])
        let team = Self.stored(.team, "demo", ["placement": ["clusters": ["b"]]], revision: 2)
        #expect(Self.differing(old, old + [team]) == ["b"])
        let overlay = Self.stored(.settings, "otomi", scope: .cluster("c"), ["a": 3], revision: 2)
        #expect(Self.differing(old, old + [overlay]) == ["c"])
    }

    @Test func `a thing of a team differs only where the team goes`() {
        let team = Self.stored(.team, "demo", ["placement": ["clusters": ["b"]]], revision: 1)
        let service = Self.stored(.service, "web", team: "demo", ["port": 80], revision: 2)
        #expect(Self.differing([team], [team, service]) == ["b"])
    }

    @Test func `a group differs for clusters that come into it or leave it, when it has documents`() {
        let base = [
            Self.stored(.settings, "otomi", ["a": 1], revision: 1),
            Self.stored(.settings, "otomi", scope: .group("g"), ["a": 2], revision: 1),
        ]
        let before = base + [Self.stored(.group, "g", ["selector": ["name": "b"]], revision: 1)]
        let after = base + [Self.stored(.group, "g", ["selector": ["env": "test"]], revision: 2)]
        #expect(Self.differing(before, after) == ["a", "b"])
    }

    @Test func `a secret that was replaced differs although its marker is the same`() {
        func secret(_ revision: Int64) -> StoredDocument {
            Self.stored(.settings, "otomi", ["password": SecretMarker.marker("x")], revision: revision)
        }
        #expect(Self.differing([secret(1)], [secret(1)]) == [])
        #expect(Self.differing([secret(1)], [secret(2)]) == ["a", "b", "c"])
    }

    @Test func `what was written anew as it was before does not differ`() {
        let old = [Self.stored(.settings, "otomi", ["a": 1], revision: 1)]
        #expect(Self.differing(old, [Self.stored(.settings, "otomi", ["a": 1], revision: 3)]) == [])
    }

    @Test func `where nobody knows what a cluster comes from, everything differs`() {
        let documents = [Self.stored(.settings, "otomi", ["a": 1], revision: 1)]
        let stranger = Self.cluster("z", at: 9)
        #expect(RolloutSurvey.differing([stranger], target: documents, origins: [1: documents]) == ["z"])
    }
}
