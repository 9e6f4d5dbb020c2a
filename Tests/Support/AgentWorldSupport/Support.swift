import Glibc
package import JSON
package import Kubernetes

@testable import ClusterAgent

/// Folders of tests.
package enum TemporaryDirectory {
    package static func with<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        var template = Array("/tmp/otomi-agent-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw StateError("create", "/tmp", code: errno) }
        let path = String(cString: made)
        defer { remove(path) }
        return try await body(path)
    }

    package static func write(_ path: String, _ bytes: [UInt8]) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw StateError("write", path, code: errno) }
        defer { close(descriptor) }
        _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }

    package static func mode(_ path: String) -> UInt32 {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    package static func remove(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { remove("\(path)/\(name)") }
            }
            closedir(directory)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}

extension JSONValue {
    package static func configMap(_ name: String, in namespace: String = "team-a", _ value: String = "1") -> JSONValue {
        [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": ["name": .string(name), "namespace": .string(namespace)],
            "data": ["value": .string(value)],
        ]
    }

    package static func namespace(_ name: String) -> JSONValue {
        ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]]
    }
}

extension ObjectKey {
    package static func configMap(_ name: String, in namespace: String = "team-a") -> ObjectKey {
        ObjectKey(kind: "ConfigMap", namespace: namespace, name: name)
    }

    package static func namespace(_ name: String) -> ObjectKey { ObjectKey(kind: "Namespace", name: name) }
}
