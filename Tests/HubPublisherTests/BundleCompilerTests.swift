import Bundles
import JSON
import Testing
import Values

@testable import HubPublisher

@Suite struct BundleCompilerTests {
    private let cluster = ClusterIdentity(name: "demo", provider: "aws", region: "eu")

    private func team(_ name: String) -> StoredDocument {
        StoredDocument(
            document: Document(id: DocumentID(kind: .team, scope: .platform, team: nil, name: name), spec: [:]),
            revision: 1,
            author: "test"
        )
    }

    @Test func `equal documents are equal bytes, whatever their order`() throws {
        let one = try BundleCompiler().compile(cluster: cluster, documents: [team("a"), team("b")])
        let two = try BundleCompiler().compile(cluster: cluster, documents: [team("b"), team("a")])
        #expect(one.layers.map(\.file) == two.layers.map(\.file))
        #expect(one.layers.map(\.name).contains("team/a"))
    }

    @Test func `a team of its own layer leaves the others' bytes alone`() throws {
        let compiler = BundleCompiler()
        let before = try compiler.compile(cluster: cluster, documents: [team("a")])
        let after = try compiler.compile(cluster: cluster, documents: [team("a"), team("b")])
        let digest = { (bundle: CompiledBundle) in bundle.layers.first { $0.name == "team/a" }?.file.digest }
        #expect(digest(before) == digest(after))
    }
}
