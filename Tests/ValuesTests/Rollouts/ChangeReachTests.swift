import JSON
import Testing
import Values

@Suite struct ChangeReachTests {
    private static func stored(
        _ kind: Kind,
        _ name: String,
        scope: Scope = .platform,
        team: String? = nil,
        _ spec: JSONValue = [:],
        revision: Int64 = 1
    ) -> StoredDocument {
        let id = DocumentID(kind: kind, scope: scope, team: team, name: name)
        return StoredDocument(document: Document(id: id, spec: spec), revision: revision, author: "alice")
    }

    private static func touched(_ old: [StoredDocument], _ new: [StoredDocument]) -> [String] {
        let reach = ChangeReach(from: old, to: new)
        return ["a", "b"].filter {
            reach.mayTouch(
                ClusterIdentity(name: $0, provider: "aws", region: "", labels: $0 == "a" ? ["env": "test"] : [:])
            )
        }
    }

    @Test func `nothing lies between equal documents`() {
        let documents = [Self.stored(.settings, "otomi")]
        #expect(ChangeReach(from: documents, to: documents).isEmpty)
    }

    @Test func `what was written, changed or deleted at a scope touches that scope alone`() {
        let overlay = Self.stored(.settings, "otomi", scope: .cluster("b"), revision: 2)
        #expect(Self.touched([], [overlay]) == ["b"])
        #expect(Self.touched([overlay], []) == ["b"])
        let group = Self.stored(.group, "g", ["selector": ["env": "test"]])
        let grouped = Self.stored(.settings, "otomi", scope: .group("g"), revision: 2)
        #expect(Self.touched([group], [group, grouped]) == ["a"])
        #expect(Self.touched([Self.stored(.cluster, "a")], [Self.stored(.cluster, "a", revision: 2)]) == ["a"])
    }

    @Test func `a placement touches where it was and where it is; layers together, and apps, touch all`() {
        let team = Self.stored(.team, "demo", ["placement": ["clusters": ["a"]]])
        #expect(
            Self.touched([team], [Self.stored(.team, "demo", ["placement": ["clusters": ["a"]]], revision: 2)]) == ["a"]
        )
        let moved = Self.stored(.team, "demo", ["placement": ["clusters": ["b"]]], revision: 2)
        #expect(Self.touched([team], [moved]) == ["a", "b"])
        let overlay = Self.stored(.team, "demo", scope: .cluster("b"))
        #expect(
            Self.touched(
                [overlay],
                [overlay, Self.stored(.team, "demo", ["placement": ["clusters": ["a"]]], revision: 2)]
            ) == ["a", "b"]
        )
        #expect(Self.touched([], [Self.stored(.app, "loki", ["placement": ["clusters": ["a"]]])]) == ["a", "b"])
        #expect(Self.touched([], [Self.stored(.settings, "otomi")]) == ["a", "b"])
    }

    @Test func `a team's things touch where the team is and was, and their own placement alone where they have one`() {
        let team = Self.stored(.team, "demo", ["placement": ["clusters": ["a"]]])
        let service = Self.stored(.service, "web", team: "demo", revision: 2)
        #expect(Self.touched([team], [team, service]) == ["a"])
        #expect(Self.touched([team, service], [team]) == ["a"])
        let moved = Self.stored(.team, "demo", ["placement": ["selector": ["name": "b"]]], revision: 2)
        #expect(Self.touched([team], [moved, service]) == ["a", "b"])
        let placed = Self.stored(.service, "web", team: "demo", ["placement": ["clusters": ["b"]]], revision: 2)
        #expect(Self.touched([team], [team, placed]) == ["b"])
        #expect(Self.touched([Self.stored(.team, "demo")], [Self.stored(.team, "demo"), service]) == ["a", "b"])
        let overlay = Self.stored(.team, "demo", scope: .group("g"), ["placement": ["clusters": ["b"]]])
        #expect(Self.touched([team, overlay], [team, overlay, service]) == ["a", "b"])
        #expect(Self.touched([], [service]) == ["a", "b"])
    }
}
