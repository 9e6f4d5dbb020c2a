package import Foundation
import JSON
package import Values
import YAML

/// Files of other projects that tests read.
///
/// They are no part of this repository: they lie in `../shared/fixtures` beside it, or where OTOMI_FIXTURES points.
package enum Fixtures {
    private static let root: URL = {
        let folder = ProcessInfo.processInfo.environment["OTOMI_FIXTURES"].map { URL(filePath: $0) }
        return (folder ?? SampleValues.root.appending(path: "../shared/fixtures")).resolvingSymlinksInPath()
    }()

    package static var arePresent: Bool { FileManager.default.fileExists(atPath: root.path) }

    /// Definitions of custom kinds.
    package static let definitions = root.appending(path: "crds")

    /// The effective values of the cluster that a real values repository describes.
    package static func values() throws -> EffectiveValues {
        let repository = root.appending(path: "otomi-values")
        var files: [String: [UInt8]] = [:]
        let all =
            FileManager.default.enumerator(at: repository, includingPropertiesForKeys: nil)?
            .compactMap { $0 as? URL } ?? []
        for file in all where file.pathExtension == "yaml" && !file.lastPathComponent.hasPrefix("values-schema") {
            files[String(file.path.dropFirst(repository.path.count + 1))] = try Array(Data(contentsOf: file))
        }
        let plan = RepositoryImport.plan(files: files) { try YAML.documents(in: $0) }
        return EffectiveValues(
            cluster: ClusterIdentity(name: "demo", provider: "aws", region: "eu-central-1"),
            documents: plan.documents.map { StoredDocument(document: $0, revision: 1, author: "import") }
        )
    }
}
