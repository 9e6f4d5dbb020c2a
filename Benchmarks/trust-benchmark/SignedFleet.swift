import Bundles
import JSON

/// Clusters whose bundles a hub signs: targets, snapshot and timestamp of each.
struct SignedFleet {
    private static let now: Int64 = 1_795_348_800

    private let bundles: [Bundle]
    private let signer = MetadataSigner(.generated())

    init(clusters: Int, layers: Int) {
        bundles = (0..<clusters).map { Bundle.sample(cluster: $0, layers: layers) }
    }

    /// The time to sign one bundle.
    func sign() throws -> Duration {
        try time(of: bundles.count) { number in
            _ = try signer.sign(bundles[number], timestampVersion: 1, now: Self.now)
        }
    }
}

extension Bundle {
    /// A bundle of `layers` layers of a kilobyte each.
    static func sample(cluster: Int, layers: Int) -> Bundle {
        let references = (0..<layers).compactMap { number -> LayerReference? in
            let object: JSONValue = [
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string("c\(number)"), "namespace": "a"],
                "data": ["value": .string(String(repeating: "x", count: 1_000))],
            ]
            guard let file = try? LayerFile([object]) else { return nil }
            return LayerReference(name: "team/t\(number)", wave: 4, file: file)
        }
        return Bundle(
            following: nil,
            cluster: ClusterBinding(name: "c\(cluster)", id: "id-\(cluster)"),
            revision: 1,
            layers: references
        )
    }
}
