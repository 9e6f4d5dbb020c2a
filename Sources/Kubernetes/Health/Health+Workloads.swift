import JSON

// Rules of kstatus for the kinds that run pods.
extension Health {
    static func deployment(_ view: StatusView) -> Health {
        let progressing = view.condition("Progressing")
        if let progressing, progressing.reason == "ProgressDeadlineExceeded" {
            return failed(progressing.reason, progressing.message)
        }
        if let failure = view.condition("ReplicaFailure"), failure.isTrue {
            return inProgress(failure.word, failure.message)
        }
        let wanted = view.replicas
        let (total, updated) = (view.count("replicas"), view.count("updatedReplicas"))
        let (ready, available) = (view.count("readyReplicas"), view.count("availableReplicas"))
        if total < wanted { return inProgress("LessReplicas", "\(total) of \(wanted) replicas are there") }
        if updated < wanted { return inProgress("LessUpdated", "\(updated) of \(wanted) replicas are updated") }
        if total > wanted { return inProgress("ExtraPods", "\(total - wanted) old replicas are still to end") }
        if available < updated {
            return inProgress("LessAvailable", "\(available) of \(updated) replicas are available")
        }
        if ready < wanted { return inProgress("LessReady", "\(ready) of \(wanted) replicas are ready") }
        if view.specification("paused")?.boolValue == true {
            return Health(.current, "DeploymentPaused", "the rollout is paused")
        }
        // Without a deadline the controller does not keep the condition.
        if view.specification("progressDeadlineSeconds") != nil,
            progressing?.isTrue != true || progressing?.reason != "NewReplicaSetAvailable"
        {
            return inProgress("ReplicaSetNotAvailable", progressing?.message ?? "the new replica set is not available")
        }
        guard let condition = view.condition("Available") else {
            return inProgress("DeploymentNotAvailable", "the controller has not said that it is available")
        }
        return condition.isTrue ? .current : inProgress(condition.word, condition.message)
    }

    static func statefulSet(_ view: StatusView) -> Health {
        // With OnDelete the controller waits for people.
        if view.specification("updateStrategy", "type")?.stringValue == "OnDelete" { return .current }
        let wanted = view.replicas
        let total = view.count("replicas")
        let ready = view.count("readyReplicas")
        if total < wanted { return inProgress("LessReplicas", "\(total) of \(wanted) replicas are there") }
        if ready < wanted { return inProgress("LessReady", "\(ready) of \(wanted) replicas are ready") }
        if total > wanted { return inProgress("ExtraPods", "\(total - wanted) replicas are still to end") }
        if let partition = view.specification("updateStrategy", "rollingUpdate", "partition")?.integerValue,
            partition > 0
        {
            let updated = view.count("updatedReplicas")
            guard updated >= wanted - partition else {
                return inProgress("PartitionRollout", "\(updated) of \(wanted - partition) replicas are updated")
            }
            return .current
        }
        let current = view.count("currentReplicas")
        if current < wanted { return inProgress("LessCurrent", "\(current) of \(wanted) replicas are current") }
        guard view.statusText("currentRevision") == view.statusText("updateRevision") else {
            return inProgress("RevisionMismatch", "waiting for revision \(view.statusText("updateRevision"))")
        }
        return .current
    }

    static func daemonSet(_ view: StatusView) -> Health {
        guard view.hasStatus, view.observedGeneration != nil else {
            return inProgress("NoStatus", "the controller has not seen it yet")
        }
        let wanted = view.count("desiredNumberScheduled")
        let (scheduled, updated) = (view.count("currentNumberScheduled"), view.count("updatedNumberScheduled"))
        let (ready, available) = (view.count("numberReady"), view.count("numberAvailable"))
        if scheduled < wanted { return inProgress("LessCurrent", "\(scheduled) of \(wanted) pods are scheduled") }
        // With OnDelete the controller waits for people.
        let waitsForPeople = view.specification("updateStrategy", "type")?.stringValue == "OnDelete"
        if updated < wanted, !waitsForPeople {
            return inProgress("LessUpdated", "\(updated) of \(wanted) pods are updated")
        }
        if available < wanted { return inProgress("LessAvailable", "\(available) of \(wanted) pods are available") }
        if ready < wanted { return inProgress("LessReady", "\(ready) of \(wanted) pods are ready") }
        return .current
    }

    static func replicaSet(_ view: StatusView) -> Health {
        if let failure = view.condition("ReplicaFailure"), failure.isTrue {
            return inProgress(failure.word, failure.message)
        }
        let wanted = view.replicas
        let total = view.count("replicas")
        let (ready, available) = (view.count("readyReplicas"), view.count("availableReplicas"))
        let labelled = view.count("fullyLabeledReplicas")
        if labelled < wanted { return inProgress("LessLabelled", "\(labelled) of \(wanted) replicas are labelled") }
        if available < wanted { return inProgress("LessAvailable", "\(available) of \(wanted) replicas are available") }
        if ready < wanted { return inProgress("LessReady", "\(ready) of \(wanted) replicas are ready") }
        if total > wanted { return inProgress("ExtraPods", "\(total - wanted) replicas are still to end") }
        return .current
    }
}
