package import Bundles
import JSON
package import Kubernetes

/// What one verified layer declares: its objects' keys and where their bytes are.
///
/// Lines that were there before are recognised by their fingerprint and not parsed again, so that a change of one object
/// costs the parsing of one object.
package struct LayerIndex: Hashable, Sendable {
    package let reference: LayerReference
    package let objects: [DesiredObject]
    /// The workloads that the layer's autoscalers scale, by the autoscaler.
    package let scaleTargets: [ObjectKey: ObjectKey]

    package var name: String { reference.name }

    /// Reads the decoded bytes of the layer that `reference` names; their digest was checked before.
    ///
    /// - Throws: `BundleError` when a line is no object with a kind and a name or exceeds the limits, or when the number of
    ///   objects is not the signed one.
    package init(
        _ reference: LayerReference,
        content: [UInt8],
        reusing previous: LayerIndex? = nil,
        limits: LayerLimits = LayerLimits()
    ) throws(BundleError) {
        self.reference = reference
        let name = reference.name
        let known = Dictionary(
            (previous?.objects ?? []).map { ($0.fingerprint, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var objects: [DesiredObject] = []
        var scaleTargets: [ObjectKey: ObjectKey] = [:]
        var start = 0
        var line = 0
        while start < content.count {
            let end = content[start...].firstIndex(of: UInt8(ascii: "\n")) ?? content.count
            defer { start = end + 1 }
            line += 1
            guard end > start else { continue }
            let bytes = content[start..<end]
            guard bytes.count <= limits.maximumLineBytes, line <= limits.maximumObjects else {
                throw BundleError(.endlessData, "line \(line) of the layer '\(name)' exceeds the limits of a layer")
            }
            let fingerprint = Fingerprint(of: bytes)
            let old = known[fingerprint]
            let identity =
                if let old {
                    Identity(old, scales: previous?.scaleTargets[old.key])
                } else { try Self.identity(bytes, name, line) }
            if let target = identity.scales { scaleTargets[identity.key] = target }
            objects.append(
                DesiredObject(
                    key: identity.key,
                    apiVersion: identity.apiVersion,
                    layer: name,
                    wave: reference.wave,
                    range: start..<end,
                    fingerprint: fingerprint,
                    policy: identity.policy
                )
            )
        }
        guard objects.count == reference.objectCount else {
            throw BundleError(
                .malformed,
                "the layer '\(name)' holds \(objects.count) objects, \(reference.objectCount) were signed"
            )
        }
        self.objects = objects
        self.scaleTargets = scaleTargets
    }

    /// What is read out of an object's line.
    private struct Identity {
        let key: ObjectKey
        let apiVersion: String
        let policy: ObjectPolicy
        /// The workload that the object, an autoscaler, scales.
        let scales: ObjectKey?

        init(key: ObjectKey, apiVersion: String, policy: ObjectPolicy, scales: ObjectKey?) {
            self.key = key
            self.apiVersion = apiVersion
            self.policy = policy
            self.scales = scales
        }

        init(_ object: DesiredObject, scales: ObjectKey?) {
            self.init(key: object.key, apiVersion: object.apiVersion, policy: object.policy, scales: scales)
        }
    }

    private static func identity(
        _ bytes: ArraySlice<UInt8>,
        _ layer: String,
        _ line: Int
    ) throws(BundleError) -> Identity {
        let place = "line \(line) of the layer '\(layer)'"
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: bytes) } catch {
            throw BundleError(.malformed, "\(place) is no JSON: \(error)")
        }
        guard let apiVersion = value["apiVersion"]?.stringValue, let kind = value["kind"]?.stringValue,
            let name = value["metadata"]?["name"]?.stringValue, !apiVersion.isEmpty, !kind.isEmpty, !name.isEmpty
        else { throw BundleError(.malformed, "\(place) has no apiVersion, kind and metadata.name") }
        let group = GroupVersionKind(apiVersion: apiVersion, kind: kind).group
        let namespace = value["metadata"]?["namespace"]?.stringValue
        let key = ObjectKey(group: group, kind: kind, namespace: namespace, name: name)
        return Identity(
            key: key,
            apiVersion: apiVersion,
            policy: ObjectPolicy(annotationsOf: value),
            scales: scaleTarget(of: value, key)
        )
    }

    /// What an autoscaler scales; `nil` for any other object.
    private static func scaleTarget(of object: JSONValue, _ key: ObjectKey) -> ObjectKey? {
        switch (key.group, key.kind) {
        case ("autoscaling", "HorizontalPodAutoscaler"), ("keda.sh", "ScaledObject"): break
        default: return nil
        }
        guard let target = object["spec"]?["scaleTargetRef"], let name = target["name"]?.stringValue else { return nil }
        // KEDA's defaults; the other kind states both.
        let type = GroupVersionKind(
            apiVersion: target["apiVersion"]?.stringValue ?? "apps/v1",
            kind: target["kind"]?.stringValue ?? "Deployment"
        )
        return ObjectKey(group: type.group, kind: type.kind, namespace: key.namespace, name: name)
    }
}
