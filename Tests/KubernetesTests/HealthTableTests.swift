import Foundation
import JSON
import Kubernetes
import Testing
import YAML

/// Objects and what must be said of their health: one YAML file for each group of kinds, in `HealthTable`.
///
/// `conditions` names conditions as `Type: Status/Reason/ObservedGeneration`, whose text is the row's `message`.
@Suite struct HealthTableTests {
    struct Row: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let object: KubernetesObject
        let state: Health.State?
        let reason: String
        let says: String?

        init(_ json: JSONValue, file: String) throws(JSONError) {
            testDescription = "\(file): \(try json.required("name", as: String.self))"
            let type = try json.required("type", as: String.self).split(separator: " ").map(String.init)
            let message: String = try json.optional("message") ?? "m"
            var status: JSONValue = json["status"] ?? [:]
            if let conditions = json["conditions"]?.objectValue {
                status["conditions"] = .array(
                    conditions.sorted { $0.key < $1.key }.map { Self.condition($0.key, $0.value, message) }
                )
            }
            object = KubernetesObject([
                "apiVersion": .string(type[0]), "kind": .string(type[1]),
                "metadata": json["metadata"] ?? ["name": "x", "namespace": "n", "generation": 2],
                "spec": json["spec"] ?? [:], "status": status,
            ])
            state = Health.State(rawValue: try json.required("state"))
            reason = try json.optional("reason") ?? ""
            says = try json.optional("says")
        }

        private static func condition(_ type: String, _ value: JSONValue, _ message: String) -> JSONValue {
            let parts = (value.stringValue ?? "").split(separator: "/").map(String.init)
            return .members([
                "type": type, "status": parts[0], "reason": parts.count > 1 ? parts[1] : nil, "message": message,
                "observedGeneration": parts.count > 2 ? Int64(parts[2]) : nil,
            ])
        }
    }

    private static let rows: [Row] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "HealthTable")
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.sorted { $0.path < $1.path }.flatMap { file -> [Row] in
            do {
                let elements = try YAML.documents(in: Array(Data(contentsOf: file))).flatMap { $0.arrayValue ?? [] }
                return try elements.map { try Row($0, file: file.deletingPathExtension().lastPathComponent) }
            } catch {
                Issue.record("\(file.lastPathComponent): \(error)")
                return []
            }
        }
    }()

    @Test(arguments: rows)
    func `health follows the object's own status`(row: Row) {
        let health = Health(of: row.object)
        #expect(health.state == row.state)
        #expect(health.reason == row.reason)
        if let says = row.says { #expect(health.message == says) }
        if row.state == .failed || row.state == .inProgress { #expect(!health.message.isEmpty) }
    }

    @Test func `the table is long enough to mean something`() {
        #expect(Self.rows.count >= 150)
        #expect(Set(Self.rows.map(\.testDescription)).count == Self.rows.count)
    }

    @Test func `a claim that waits for its first consumer is as it should be`() {
        let claim = GroupVersionKind(version: "v1", kind: "PersistentVolumeClaim")
        var object = KubernetesObject(claim, namespace: "n", name: "data")
        object.json["status"] = ["phase": "Pending"]
        var storage = KubernetesObject(
            GroupVersionKind(group: "storage.k8s.io", version: "v1", kind: "StorageClass"),
            name: "local"
        )
        #expect(!Health.waitsForConsumer(object, storageClass: storage))
        storage.json["volumeBindingMode"] = "WaitForFirstConsumer"
        #expect(Health.waitsForConsumer(object, storageClass: storage))
        object.annotations["volume.kubernetes.io/selected-node"] = "node-1"
        #expect(!Health.waitsForConsumer(object, storageClass: storage))
        object = KubernetesObject(claim, namespace: "n", name: "data")
        object.json["status"] = ["phase": "Lost"]
        #expect(!Health.waitsForConsumer(object, storageClass: storage))
    }
}
