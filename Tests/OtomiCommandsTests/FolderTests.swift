import Foundation
import Testing

@testable import OtomiCommands

@Suite struct FolderTests {
    @Test("files are read in order with their paths, without .git, and links are not followed")
    func reading() async throws {
        try await withTemporaryFolder(["b.yaml": "b", "a/c.yaml": "c", ".git/config": "x", "a/.hidden": "h"]) { root in
            try FileManager.default.createSymbolicLink(atPath: "\(root)/loop", withDestinationPath: root)
            let folder = try Folder(reading: root)
            #expect(folder.files.map(\.path) == ["a/.hidden", "a/c.yaml", "b.yaml"])
            #expect(folder.files.last?.bytes == Array("b".utf8))
            #expect(folder.links == ["loop"])
            #expect(try Folder(reading: root, wanted: TextFile.isValues).files.map(\.path) == ["a/c.yaml", "b.yaml"])
        }
    }

    @Test(
        "each bound is kept",
        arguments: [
            Folder.Limits(files: 1), Folder.Limits(bytesPerFile: 2), Folder.Limits(bytes: 4), Folder.Limits(depth: 1),
        ]
    )
    func bounds(_ limits: Folder.Limits) async throws {
        try await withTemporaryFolder(["a.yaml": "aaa", "b/c/d.yaml": "bbb"]) { root in
            let error = #expect(throws: CommandFailure.self) { try Folder(reading: root, limits: limits) }
            #expect(error?.message.contains("limit") == true)
        }
    }

    @Test(
        "only names of YAML and JSON are values",
        arguments: [
            ("a.yaml", true), ("a.yml", true), ("a/b.json", true), ("secrets.x.yaml.dec", true), ("a.md", false),
            ("yaml", false),
        ]
    )
    func names(_ path: String, _ expected: Bool) {
        #expect(TextFile.isValues(path) == expected)
    }
}
