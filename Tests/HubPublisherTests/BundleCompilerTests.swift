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

    private func job(_ name: String, team: String, runPolicy: String) -> StoredDocument {
        StoredDocument(
            document: Document(
                id: DocumentID(kind: .job, team: team, name: name),
                spec: [
                    "script": "true", "image": ["repository": "busybox", "tag": "1.37"],
                    "resources": [
                        "limits": ["cpu": "100m", "memory": "64Mi"], "requests": ["cpu": "10m", "memory": "16Mi"],
                    ],
                    "runPolicy": .string(runPolicy),
                ]
            ),
            revision: 1,
            author: "test"
        )
    }

    private func digests(_ bundle: CompiledBundle) -> [String: Digest] {
        Dictionary(uniqueKeysWithValues: bundle.layers.map { ($0.name, $0.file.digest) })
    }

    @Test func `equal documents are equal bytes, whatever their order`() throws {
        let compiler = BundleCompiler()
        let one = try compiler.compile(cluster: cluster, DocumentIndex([team("a"), team("b")]))
        let two = try BundleCompiler().compile(cluster: cluster, DocumentIndex([team("b"), team("a")]))
        #expect(one.layers.map(\.file) == two.layers.map(\.file))
        #expect(one.layers.map(\.name).contains("tenancy/a"))
    }

    @Test func `a team of its own layer leaves the others' bytes alone`() throws {
        let compiler = BundleCompiler()
        let before = try compiler.compile(cluster: cluster, compiler.index([team("a")], revision: 1))
        let after = try compiler.compile(cluster: cluster, compiler.index([team("a"), team("b")], revision: 2))
        #expect(digests(before)["tenancy/a"] != nil)
        #expect(digests(before)["tenancy/a"] == digests(after)["tenancy/a"])
    }

    @Test func `what is remembered equals what is compiled anew`() throws {
        let remembering = BundleCompiler()
        let forgetting = BundleCompiler(maximumBytes: 0)
        var documents = [team("a"), team("b"), job("sync", team: "a", runPolicy: "OnSpecChange")]
        for revision in Int64(1)...4 {
            documents.append(team("more-\(revision)"))
            for name in ["one", "two", "three"] {
                let cluster = ClusterIdentity(name: name, provider: name == "one" ? "aws" : "azure", region: "eu")
                let index = remembering.index(documents, revision: revision)
                let fresh = DocumentIndex(documents, revision: revision)
                let known = try remembering.compile(cluster: cluster, index)
                #expect(digests(known) == digests(try forgetting.compile(cluster: cluster, fresh)))
            }
        }
    }

    @Test func `only a team whose job always runs has another layer with every revision`() throws {
        let compiler = BundleCompiler()
        let documents = [
            team("a"), job("sync", team: "a", runPolicy: "Always"),
            team("b"), job("sync", team: "b", runPolicy: "OnSpecChange"),
        ]
        let first = try compiler.compile(cluster: cluster, compiler.index(documents, revision: 1))
        let second = try compiler.compile(cluster: cluster, compiler.index(documents, revision: 2))
        #expect(digests(first)["team/a"] != digests(second)["team/a"])
        #expect(digests(first)["team/b"] == digests(second)["team/b"])
        #expect(digests(first)["tenancy/a"] == digests(second)["tenancy/a"])
        #expect(digests(first)["platform"] == digests(second)["platform"])
    }

    @Test func `a fault is placed at the scope of each cluster that has it`() throws {
        let compiler = BundleCompiler()
        let broken = { (scope: Scope) in
            StoredDocument(
                document: Document(
                    id: DocumentID(kind: .service, scope: scope, team: "a", name: "web"),
                    spec: ["port": "eighty"]
                ),
                revision: 1,
                author: "test"
            )
        }
        let documents = [team("a"), broken(.cluster("one")), broken(.cluster("two"))]
        for name in ["one", "two"] {
            let cluster = ClusterIdentity(name: name, provider: "aws", region: "eu")
            let bundle = try compiler.compile(cluster: cluster, compiler.index(documents, revision: 1))
            #expect(bundle.faults.map(\.document?.scope) == [.cluster(name)])
        }
    }
}
