import JSON
import Kubernetes

extension ClusterAPI {
    /// Says whom a failed apply concerns and what to do about it.
    func answer(to error: KubernetesError, _ request: ApplyRequest) -> ApplyAnswer {
        let key = request.key
        if error.isNamespaceTerminating {
            return .waiting(.namespaceTerminating, "its namespace is being deleted; it is applied once that is over")
        }
        if let webhook = error.failedWebhook {
            return .failed(
                .webhook,
                "the webhook '\(webhook)' does not answer; look at its service: \(error)"
            )
        }
        switch error.code {
        case .notServed: return .waiting(.notServed, error.message)
        case .unreachable, .cancelled, .unauthorized, .configuration, .tooManyRequests:
            return .unavailable(error.description)
        case .timeout where error.status == nil: return .unavailable(error.description)
        case .notFound:
            // The kind may have gone with its definition, or its namespace is not there yet.
            client.discovery.invalidate(group: key.group)
            return .failed(.failed, error.description)
        case .tooLarge:
            return .failed(
                .tooLarge,
                "\(key) has \(request.line.count) bytes: an API server reads no request above 3 MiB and keeps no object "
                    + "above 1.5 MiB; split it (\(error.message))"
            )
        case .fieldConflict:
            return .failed(
                .conflict,
                "\(error): annotate the object \(Annotation.conflicts): force to take the fields over, or remove them "
                    + "from it"
            )
        default:
            guard error.isImmutable else { return .failed(.failed, error.description) }
            return .failed(
                .immutable,
                "\(key): \(error.immutableFields.joined(separator: ", ")) cannot be changed on an existing object; "
                    + "annotate it \(Annotation.replace): enabled, or delete it, to have it made anew (\(error.message))"
            )
        }
    }

    static func liveObject(
        _ object: KubernetesObject,
        isInert: Bool,
        takenOver: [KubernetesError.FieldConflict] = []
    ) -> LiveObject {
        LiveObject(
            uid: object.uid ?? "",
            resourceVersion: object.resourceVersion ?? "",
            ownedFields: OwnedFields.fingerprint(object.metadata["managedFields"], manager: fieldManager),
            health: isInert ? .ready : ObjectHealth(object),
            takenOver: takenOver
        )
    }
}
