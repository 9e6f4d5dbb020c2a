import JSON
package import Kubernetes

/// One object as it is to be applied, and what is known of the one on the cluster.
package struct ApplyRequest: Sendable {
    package let object: DesiredObject
    /// The object's line of its layer.
    package let line: ArraySlice<UInt8>
    /// The UID of the object that we applied last; empty when we never did.
    package let appliedUID: String
    /// Fields that are left to others, as the API server names them: `.spec.replicas`.
    package let leaving: Set<String>

    package init(
        _ object: DesiredObject,
        line: ArraySlice<UInt8>,
        appliedUID: String = "",
        leaving: Set<String> = []
    ) {
        self.object = object
        self.line = line
        self.appliedUID = appliedUID
        self.leaving = leaving
    }

    package var key: ObjectKey { object.key }
    package var type: GroupVersionKind { GroupVersionKind(apiVersion: object.apiVersion, kind: object.key.kind) }
    package var policy: ObjectPolicy { object.policy }
    /// Whom every write is made as.
    package var identity: ApplyIdentity { ApplyIdentity(layer: object.layer, namespace: key.namespace) }

    /// The fields whose live values stay although we own them and declare them no longer.
    ///
    /// Beside those that are left to others that is a workload's number of replicas, which the server would set to one.
    var kept: Set<String> {
        guard key.group == "apps", ["Deployment", "StatefulSet"].contains(key.kind),
            line.firstRange(of: Self.replicasMember) == nil
        else { return leaving }
        return leaving.union([ConflictResolution.replicas])
    }

    private static let replicasMember = Array("\"replicas\":".utf8)

    /// Whether `live` is the object that we applied before.
    package func owns(_ live: KubernetesObject) -> Bool {
        if !appliedUID.isEmpty, live.uid == appliedUID { return true }
        return FieldOwnership(live).hasApplied(ClusterAPI.fieldManager)
    }

    /// What is sent: the line with our label, without the fields that are left to others.
    ///
    /// - Throws: `KubernetesError` with code `malformed` when the line is no JSON.
    func body(leaving fields: Set<String>) throws(KubernetesError) -> [UInt8] {
        if fields.isEmpty, let spliced = LabelSplice.adding(ApplySet.memberLabel, AgentSet.id, to: line) {
            return spliced
        }
        var json: JSONValue
        do throws(JSONError) { json = try JSONValue(parsing: line) } catch {
            throw KubernetesError(.malformed, "the object is no JSON: \(error)", operation: "apply \(key)")
        }
        if !fields.isEmpty { json = FieldPath.removing(fields, from: json) }
        var object = KubernetesObject(json)
        object.labels[ApplySet.memberLabel] = AgentSet.id
        return object.json.serialized()
    }
}
