import Glibc
import JSON
import YAML

@testable import Values

/// The real values repository that the tests import, where it is at hand.
enum Fixture {
    static let directory: String = {
        let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return "/\(here)/../shared/fixtures/otomi-values"
    }()

    static var isAvailable: Bool {
        let isThere = access("\(directory)/env/cluster.yaml", R_OK) == 0
        if !isThere { print("SKIPPED: no values repository at \(directory)") }
        return isThere
    }

    /// All files below `directory` by their path inside it.
    static func files() -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        var pending = [""]
        while let folder = pending.popLast() {
            guard let stream = opendir("\(directory)/\(folder)") else { continue }
            defer { closedir(stream) }
            while let entry = readdir(stream) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                guard name != ".", name != ".." else { continue }
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                if entry.pointee.d_type == UInt8(DT_DIR) { pending.append(path) } else { files[path] = read(path) }
            }
        }
        return files
    }

    private static func read(_ path: String) -> [UInt8] {
        guard let file = fopen("\(directory)/\(path)", "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { return bytes }
            bytes += buffer[0..<count]
        }
    }

    /// The plan of importing `files`.
    static func plan(_ files: [String: [UInt8]]) -> ImportPlan {
        RepositoryImport.plan(files: files) { try YAML.documents(in: $0) }
    }

    /// The plan of importing texts.
    static func plan(texts: [String: String]) -> ImportPlan {
        plan(texts.mapValues { Array($0.utf8) })
    }
}

extension ImportPlan {
    func spec(_ kind: Kind, _ name: String, team: String? = nil, scope: Scope = .platform) -> JSONValue? {
        let id = DocumentID(kind: kind, scope: scope, team: team, name: name)
        return documents.first { $0.id == id }?.spec
    }
}
