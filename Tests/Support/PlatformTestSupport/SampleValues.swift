package import Foundation
import JSON
package import Values
import YAML

/// The values that the project ships, as the clusters of the demo see them.
package enum SampleValues {
    package static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    package static let clusters = [
        ClusterIdentity(name: "aws-eu", provider: "aws", region: "eu-central-1"),
        ClusterIdentity(name: "azure-eu", provider: "azure", region: "westeurope"),
        ClusterIdentity(name: "onprem-lab", provider: "onprem", region: "lab"),
    ]

    /// Every document under deploy/sample-values; `clusters.yaml` is none, it names the clusters.
    package static func documents() throws -> [Document] {
        let folder = root.appending(path: "deploy/sample-values").resolvingSymlinksInPath()
        let files =
            FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL }.filter { $0.pathExtension == "yaml" && $0.lastPathComponent != "clusters.yaml" }
            ?? []
        return try files.sorted { $0.path < $1.path }.flatMap { file in
            try YAML.documents(in: Array(Data(contentsOf: file))).map { try Document(json: $0) }
        }
    }

    package static func values(on cluster: ClusterIdentity) throws -> EffectiveValues {
        EffectiveValues(
            cluster: cluster,
            documents: try documents().map { StoredDocument(document: $0, revision: 1, author: "sample") }
        )
    }
}
