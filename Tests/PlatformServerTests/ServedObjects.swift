import Foundation
import JSON
import KubernetesTestSupport
import PlatformTestSupport

/// A real API server that serves what a cluster of ours does, and takes compiled objects.
struct ServedObjects {
    let cluster: TestCluster
    /// Plural and scope by `<apiVersion> <kind>`.
    private var resources: [String: Resource]

    private struct Resource {
        let plural: String
        let isNamespaced: Bool
    }

    /// Whether both the server and the definitions are here.
    static var areServed: Bool {
        TestCluster.hasReal && Fixtures.arePresent
    }

    /// The folders of all definitions that are there.
    static var projects: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: Fixtures.definitions.path).sorted()
                .filter { !$0.contains(".") }
        }
    }

    /// The server of this process with the definitions of `projects`, folders of the fixtures.
    ///
    /// - Throws: when it does not start, or refuses one.
    init?(definitionsOf projects: [String] = []) async throws {
        guard let cluster = try await TestCluster.real() else { return nil }
        try await self.init(cluster, definitionsOf: projects)
    }

    /// `cluster` with the definitions of `projects`.
    ///
    /// - Throws: when it refuses one.
    init(_ cluster: TestCluster, definitionsOf projects: [String]) async throws {
        for project in projects {
            let folder = Fixtures.definitions.appending(path: project)
            let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            try await cluster.install(
                definitions: files.filter { $0.pathExtension == "yaml" }.map(\.path).sorted()
            )
        }
        self.cluster = cluster
        resources = [:]
    }

    /// Applies the objects in their order, or only asks whether they would be taken.
    ///
    /// With an `account`, each is applied as that account of the object's namespace.
    ///
    /// - Returns: what was refused, as `<kind> <namespace>/<name>: <why>`, and the kinds that the server does not know.
    /// - Throws: when no answer comes.
    mutating func apply(
        _ objects: [JSONValue],
        isDryRun: Bool = false,
        as account: String? = nil
    ) async throws -> (refused: [String], unserved: Set<String>) {
        var refused: [String] = []
        var unserved: Set<String> = []
        for object in objects {
            let kind = Self.kind(of: object)
            guard let resource = try await resource(of: object) else {
                unserved.insert(kind)
                continue
            }
            let name = object["metadata"]?["name"]?.stringValue ?? ""
            let namespace = object["metadata"]?["namespace"]?.stringValue
            let place = resource.isNamespaced ? "/namespaces/\(namespace ?? "")" : ""
            let path = "\(Self.group(object))\(place)/\(resource.plural)/\(name)"
            let answer = try await cluster.send(
                "PATCH",
                "\(path)?fieldManager=otomi&force=true\(isDryRun ? "&dryRun=All" : "")",
                object,
                contentType: "application/apply-patch+yaml",
                as: account.map { "system:serviceaccount:\(namespace ?? ""):\($0)" }
            )
            if answer.status != 200, answer.status != 201 {
                refused.append("\(kind) \(namespace ?? "")/\(name): \(answer.message)")
            }
        }
        return (refused, unserved)
    }

    /// Whether the account may do what `attributes` say, in the words of a SubjectAccessReview.
    ///
    /// - Throws: when no answer comes.
    func allows(account: String, of namespace: String, _ attributes: [String: String]) async throws -> Bool {
        let review: JSONValue = [
            "apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
            "spec": [
                "user": .string("system:serviceaccount:\(namespace):\(account)"),
                "groups": [
                    "system:serviceaccounts", .string("system:serviceaccounts:\(namespace)"), "system:authenticated",
                ],
                "resourceAttributes": .object(attributes.mapValues { .string($0) }),
            ],
        ]
        let answer = try await cluster.send("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
        return answer.json["status"]?["allowed"]?.boolValue ?? false
    }

    /// Gives `admin` the rules that a controller, which does not run here, gathers for it.
    ///
    /// - Throws: when no answer comes.
    func gatherAdminRules() async throws {
        let path = "/apis/rbac.authorization.k8s.io/v1/clusterroles"
        var rules: [JSONValue] = []
        for part in ["admin", "edit", "view"] {
            let role = try await cluster.send("GET", "\(path)/system:aggregate-to-\(part)")
            rules += role.json["rules"]?.arrayValue ?? []
        }
        _ = try await cluster.send(
            "PATCH",
            "\(path)/admin",
            ["rules": .array(rules)],
            contentType: "application/merge-patch+json"
        )
    }

    /// `<apiVersion> <kind>`.
    static func kind(of object: JSONValue) -> String {
        "\(object["apiVersion"]?.stringValue ?? "") \(object["kind"]?.stringValue ?? "")"
    }

    private static func group(_ object: JSONValue) -> String {
        let version = object["apiVersion"]?.stringValue ?? ""
        return version.contains("/") ? "/apis/\(version)" : "/api/\(version)"
    }

    private mutating func resource(of object: JSONValue) async throws -> Resource? {
        let version = object["apiVersion"]?.stringValue ?? ""
        let key = "\(version) \(object["kind"]?.stringValue ?? "")"
        if let known = resources[key] { return known }
        let list = try await cluster.send("GET", Self.group(object))
        for entry in list.json["resources"]?.arrayValue ?? [] {
            guard let kind = entry["kind"]?.stringValue, let plural = entry["name"]?.stringValue,
                !plural.contains("/")
            else { continue }
            resources["\(version) \(kind)"] = Resource(
                plural: plural,
                isNamespaced: entry["namespaced"]?.boolValue ?? false
            )
        }
        return resources[key]
    }
}
