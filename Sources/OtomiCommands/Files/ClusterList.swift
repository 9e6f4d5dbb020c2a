import JSON
import Values

/// `clusters.yaml` at the root of a folder of documents: what the hub knows of clusters by their registration.
///
/// ```yaml
/// clusters:
///   - {name: aws-eu, provider: aws, region: eu-central-1, labels: {env: demo}, domain: eu.example.com}
/// ```
/// Without a hub it decides what placement and groups mean; `otomi import` registers the clusters in it.
struct ClusterList {
    static let fileName = "clusters.yaml"

    private(set) var clusters: [RegisteredCluster] = []
    private(set) var faults: [Fault] = []
    private let file: String

    private static let members: Set<String> = ["name", "provider", "region", "labels", "domain"]

    /// `nil` when the file holds something else, such as documents.
    init?(_ bytes: [UInt8], file: String) {
        guard let values = try? TextFile.values(bytes, file: file), values.count == 1,
            let members = values[0].objectValue, Array(members.keys) == ["clusters"]
        else { return nil }
        self.file = file
        for (index, element) in (members["clusters"]?.arrayValue ?? []).enumerated() {
            add(element, at: JSONPointer(["clusters", String(index)]))
        }
    }

    private mutating func add(_ element: JSONValue, at place: JSONPointer) {
        if let unknown = element.objectValue?.keys.filter({ !Self.members.contains($0) }).min() {
            report(place.appending(unknown), "a cluster has only name, provider, region, labels and domain")
        }
        let registered: RegisteredCluster
        do {
            registered = try RegisteredCluster(json: element)
        } catch {
            report(JSONPointer(place.tokens + (error.pointer?.tokens ?? [])), error.message)
            return
        }
        let cluster = registered.identity
        if !NameRule.cluster.accepts(cluster.name) {
            report(place.appending("name"), "the name of a cluster is \(NameRule.cluster.expectation)")
        }
        if !ClusterIdentity.providers.contains(cluster.provider) {
            let known = ClusterIdentity.providers.joined(separator: ", ")
            report(place.appending("provider"), "one of \(known) is expected, found '\(cluster.provider)'")
        }
        if clusters.contains(where: { $0.identity.name == cluster.name }) {
            report(place.appending("name"), "cluster '\(cluster.name)' is listed already")
            return
        }
        clusters.append(registered)
    }

    private mutating func report(_ pointer: JSONPointer, _ message: String) {
        faults.append(Fault(file: file, pointer: pointer, message: message))
    }
}
