import JSON

// Rules for kinds of Kubernetes that run nothing themselves.
extension Health {
    static func claim(_ view: StatusView) -> Health {
        let phase = view.statusText("phase")
        guard phase != "Bound" else { return .current }
        if phase == "Lost" { return failed("ClaimLost", "the bound volume is gone") }
        return inProgress("NotBound", "the claim is not bound\(phase.isEmpty ? "" : ", phase \(phase)")")
    }

    /// Whether a claim that is not bound is as it should be: its class binds a volume when a pod first uses the claim.
    package static func waitsForConsumer(_ claim: KubernetesObject, storageClass: KubernetesObject) -> Bool {
        claim.status?["phase"]?.stringValue != "Lost"
            && claim.annotations["volume.kubernetes.io/selected-node"] == nil
            && storageClass.json["volumeBindingMode"]?.stringValue == "WaitForFirstConsumer"
    }

    static func volume(_ view: StatusView) -> Health {
        switch view.statusText("phase") {
        case "Failed":
            let message = view.statusText("message")
            return failed("VolumeFailed", message.isEmpty ? "the volume could not be reclaimed" : message)
        case "", "Pending": return inProgress("VolumePending", "the volume is not available yet")
        default: return .current
        }
    }

    static func service(_ view: StatusView) -> Health {
        guard view.specification("type")?.stringValue == "LoadBalancer" else { return .current }
        let entries = view.statusValue("loadBalancer")?["ingress"]?.arrayValue ?? []
        return entries.isEmpty ? inProgress("NoAddress", "the load balancer has no address yet") : .current
    }

    /// An object on its way out, with what holds it.
    static func terminating(_ view: StatusView) -> Health {
        let object = view.object
        if object.type.groupKind == GroupKind(kind: "Namespace") { return emptying(view) }
        let holders = object.finalizers.isEmpty ? "" : "; held by \(object.finalizers.joined(separator: ", "))"
        return Health(.terminating, "Terminating", "being deleted since \(object.deletionTimestamp ?? "")\(holders)")
    }

    static func namespace(_ view: StatusView) -> Health {
        view.statusText("phase") == "Terminating" ? emptying(view) : .current
    }

    /// A namespace on its way out: what hinders it comes before what is merely left.
    private static func emptying(_ view: StatusView) -> Health {
        let types = [
            "NamespaceDeletionDiscoveryFailure", "NamespaceDeletionGroupVersionParsingFailure",
            "NamespaceDeletionContentFailure", "NamespaceFinalizersRemaining", "NamespaceContentRemaining",
        ]
        for type in types {
            guard let condition = view.condition(type), condition.isTrue else { continue }
            return Health(.terminating, type, condition.message)
        }
        return Health(.terminating, "Terminating", "the namespace is being emptied")
    }

    static func definition(_ view: StatusView) -> Health {
        if let names = view.condition("NamesAccepted"), names.isFalse { return failed(names.word, names.message) }
        guard let established = view.condition("Established") else {
            return inProgress("Installing", "the definition is not established yet")
        }
        if established.isTrue { return .current }
        if established.isFalse, established.reason != "Installing" {
            return failed(established.word, established.message)
        }
        return inProgress("Installing", "the definition is not established yet")
    }

    static func apiService(_ view: StatusView) -> Health {
        guard let available = view.condition("Available") else {
            return inProgress("NotAvailable", "the API has not been tried yet")
        }
        return available.isTrue ? .current : inProgress(available.word, available.message)
    }

    static func autoscaler(_ view: StatusView) -> Health {
        for type in ["AbleToScale", "ScalingActive"] {
            // With zero replicas scaling is off because people said so.
            guard let condition = view.condition(type), condition.isFalse, condition.reason != "ScalingDisabled" else {
                continue
            }
            return inProgress(condition.word, condition.message)
        }
        return .current
    }

    static func disruptionBudget(_ view: StatusView) -> Health {
        guard view.hasStatus, view.observedGeneration != nil else {
            return inProgress("NoStatus", "the controller has not seen it yet")
        }
        if let allowed = view.condition("DisruptionAllowed"), allowed.reason == "SyncFailed" {
            return inProgress(allowed.word, allowed.message)
        }
        return .current
    }

    static func signingRequest(_ view: StatusView) -> Health {
        for type in ["Denied", "Failed"] {
            guard let condition = view.condition(type), condition.isTrue else { continue }
            return failed(condition.word, condition.message)
        }
        return view.statusText("certificate").isEmpty
            ? inProgress("NotIssued", "the certificate is not issued yet") : .current
    }
}
