import Foundation
import JSON
import Testing
import YAML

@testable import Platform

/// The objects that a compilation is expected to hold, one file for each family.
enum Golden {
    /// Compares `objects` with `Golden/<name>.yaml`; with OTOMI_RECORD_GOLDEN set, writes them there instead.
    static func expect(
        _ objects: [JSONValue],
        equal name: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let text = YAML.text(ofDocuments: objects)
        guard ProcessInfo.processInfo.environment["OTOMI_RECORD_GOLDEN"] == nil else {
            let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
            try Data(text.utf8).write(to: folder.appending(path: "\(name).yaml"))
            return
        }
        let url = try #require(
            Bundle.module.url(forResource: name, withExtension: "yaml", subdirectory: "Golden"),
            "there is no Golden/\(name).yaml; set OTOMI_RECORD_GOLDEN=1 to write it",
            sourceLocation: sourceLocation
        )
        let expected = try String(contentsOf: url, encoding: .utf8)
        #expect(text == expected, "Golden/\(name).yaml", sourceLocation: sourceLocation)
    }
}
