import AgentProtocol
import JSON
import Kubernetes

/// One object of a trial, and how much of its values may leave the cluster.
struct TriedObject: Sendable {
    let request: ApplyRequest
    let isConfidential: Bool

    /// - Parameters:
    ///   - request: how the object would be applied for real.
    ///   - isConfidential: what the hub says of it; a Secret is confidential whatever it says.
    init(_ request: ApplyRequest, isConfidential: Bool) {
        self.request = request
        self.isConfidential = isConfidential || request.key.kind == "Secret" && request.key.group.isEmpty
    }

    func result(
        _ outcome: TrialResult.Outcome,
        _ message: String = "",
        fields: [JSONDifference] = [],
        managers: [KubernetesError.FieldConflict] = []
    ) -> TrialResult {
        TrialResult(
            kind: request.key.kind,
            namespace: request.key.namespace,
            name: request.key.name,
            outcome: outcome,
            message: BoundedText.cut(message),
            fields: fields,
            managers: managers.map { TrialResult.Manager(name: $0.manager, field: $0.field) }
        )
    }

    /// What differs between the object as it is and as the API server would make it.
    func difference(from live: KubernetesObject, to tried: KubernetesObject) -> [JSONDifference] {
        JSONDiff.between(comparable(live), comparable(tried))
            .map { isConfidential ? Self.concealed($0) : Self.shortened($0) }
    }

    /// The object without what the API server keeps for itself, and without fields whose live values stay.
    private func comparable(_ object: KubernetesObject) -> JSONValue {
        var object = object
        object.json["status"] = nil
        for key in ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink"] {
            object.metadata[key] = nil
        }
        object.labels[ApplySet.memberLabel] = nil
        return FieldPath.removing(request.kept, from: object.json)
    }

    // MARK: - What leaves the cluster

    /// Places where a confidential object holds nothing but names.
    private static let open: [[String]] = [
        ["apiVersion"], ["kind"], ["type"], ["metadata", "name"], ["metadata", "namespace"], ["metadata", "labels"],
    ]
    /// The longest value, as JSON.
    private static let maximumValueBytes = 1_024

    private static func concealed(_ difference: JSONDifference) -> JSONDifference {
        guard !open.contains(where: { difference.pointer.tokens.starts(with: $0) }) else { return difference }
        return JSONDifference(
            pointer: difference.pointer,
            before: difference.before.map { _ in ["$secret": "before"] },
            after: difference.after.map { _ in ["$secret": "after"] }
        )
    }

    private static func shortened(_ difference: JSONDifference) -> JSONDifference {
        JSONDifference(
            pointer: difference.pointer,
            before: difference.before.map(shortened),
            after: difference.after.map(shortened)
        )
    }

    private static func shortened(_ value: JSONValue) -> JSONValue {
        let bytes = value.serialized()
        guard bytes.count > maximumValueBytes else { return value }
        return .string(BoundedText.cut(value.stringValue ?? String(decoding: bytes, as: UTF8.self)))
    }
}
