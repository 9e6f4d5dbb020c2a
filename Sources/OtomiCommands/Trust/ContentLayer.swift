import Bundles
import HubAPI
import JSON

/// A team's layer, fetched and compared with its digest.
struct ContentLayer {
    let objects: [JSONValue]

    /// Fetches the layer called `digest`.
    ///
    /// - Throws: `HubClientError`; `CommandFailure` when the hub gives other bytes than the digest names.
    init(_ digest: String, of team: String, _ client: HubClient) async throws {
        let bytes = try await client.contentLayer(digest, of: team)
        guard Digest(of: bytes).hex == digest else {
            throw CommandFailure(
                .invalid,
                "the hub gives other bytes than the layer \(digest): sign nothing, look at the hub"
            )
        }
        do throws(BundleError) {
            objects = try LayerFile.objects(in: bytes, layer: "team/\(team)", limits: LayerLimits())
        } catch { throw CommandFailure(.invalid, error.message) }
    }

    /// What tells an object from others: `Deployment team-a/web`.
    static func name(of object: JSONValue) -> String {
        let metadata = object["metadata"] ?? .null
        let name = metadata["name"]?.stringValue ?? "?"
        let place = metadata["namespace"]?.stringValue.map { "\($0)/\(name)" } ?? name
        return "\(object["kind"]?.stringValue ?? "object") \(place)"
    }
}
