import JSON
import PlatformTestSupport
import Platform
import Testing
import Values

/// Clusters of all sorts, compiled.
enum CompiledClusters {
    /// The sample values, the fixture, and every service in each routing style.
    ///
    /// - Throws: when files cannot be read.
    static func all() throws -> [(name: String, compilation: Compilation)] {
        var sources = try samples()
        sources.append(("the fixture", compile(try Fixtures.values())))
        for style in ["istio", "gateway-api"] {
            let compilation = compilation(style: style)
            #expect(compilation.faults.filter { $0.severity == .error } == [], "\(style)")
            sources.append(("every service, \(style)", compilation))
        }
        return sources
    }

    private static func compilation(style: String) -> Compilation {
        let stored = ServiceMatrix.documents(style: style).map {
            StoredDocument(document: $0, revision: 1, author: "tester")
        }
        return compile(
            EffectiveValues(cluster: ClusterIdentity(name: "one", provider: "aws", region: "eu"), documents: stored)
        )
    }

    /// The sample values on the clusters of the demo, with each engine of policies and each routing style.
    private static func samples() throws -> [(name: String, compilation: Compilation)] {
        try SampleValues.clusters.flatMap { cluster in
            try [("gatekeeper", "istio"), ("kyverno", "gateway-api")].map { engine, style in
                let more = [
                    Document(
                        id: DocumentID(kind: .settings, scope: .cluster(cluster.name), name: "otomi"),
                        spec: ["policyEngine": .string(engine)]
                    ),
                    Document(
                        id: DocumentID(kind: .settings, scope: .cluster(cluster.name), name: "ingress"),
                        spec: ["routing": .string(style)]
                    ),
                ]
                let stored = try (SampleValues.documents() + more).map {
                    StoredDocument(document: $0, revision: 1, author: "tester")
                }
                let values = EffectiveValues(cluster: cluster, documents: stored)
                return ("\(cluster.name), \(engine), \(style)", compile(values))
            }
        }
    }
}
