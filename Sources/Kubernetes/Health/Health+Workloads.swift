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
        if let progressing, !progressing.isTrue { return inProgress(progressing.word, progressing.message) }
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
        if updated < wanted { return inProgress("LessUpdated", "\(updated) of \(wanted) pods are updated") }
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

    static func job(_ view: StatusView) -> Health {
        if let failure = view.condition("Failed"), failure.isTrue {
            return failed(
                failure.word,
                failure.message.isEmpty ? "\(view.count("failed")) pods failed" : failure.message
            )
        }
        if let complete = view.condition("Complete"), complete.isTrue { return .current }
        if let suspended = view.condition("Suspended"), suspended.isTrue {
            return Health(.current, "JobSuspended", "the job is suspended")
        }
        guard !view.statusText("startTime").isEmpty else {
            return inProgress("JobNotStarted", "the job has not started")
        }
        // A job may run for days; once started it is what was asked for.
        return Health(
            .current,
            "JobInProgress",
            "\(view.count("active")) pods run, \(view.count("succeeded")) succeeded"
        )
    }

    static func pod(_ view: StatusView) -> Health {
        switch view.statusText("phase") {
        case "Succeeded": return .current
        case "Failed":
            return failed(
                "PodFailed",
                view.statusText("message").isEmpty ? "the pod failed" : view.statusText("message")
            )
        case "Running":
            if let ready = view.condition("Ready"), ready.isTrue { return .current }
            if let trouble = containerTrouble(view) { return failed(trouble.reason, trouble.message) }
            return inProgress("PodRunningNotReady", view.condition("Ready")?.message ?? "the pod is not ready")
        case "Pending":
            if let scheduled = view.condition("PodScheduled"), scheduled.isFalse, scheduled.reason == "Unschedulable" {
                return inProgress(scheduled.reason, scheduled.message)
            }
            if let trouble = containerTrouble(view) { return failed(trouble.reason, trouble.message) }
            return inProgress("PodPending", "the pod is not running yet")
        case let phase: return inProgress("PodPhase", phase.isEmpty ? "the pod has no phase yet" : "phase \(phase)")
        }
    }

    /// The first container that waits for something it will not get by itself.
    private static func containerTrouble(_ view: StatusView) -> (reason: String, message: String)? {
        let hopeless: Set = [
            "CrashLoopBackOff", "ImagePullBackOff", "ErrImagePull", "InvalidImageName", "CreateContainerConfigError",
            "CreateContainerError",
        ]
        for list in ["initContainerStatuses", "containerStatuses"] {
            for container in view.statusValue(list)?.arrayValue ?? [] {
                guard let waiting = container["state"]?["waiting"], let reason = waiting["reason"]?.stringValue,
                    hopeless.contains(reason)
                else { continue }
                let detail = waiting["message"]?.stringValue ?? "no message"
                return (reason, "container \(container["name"]?.stringValue ?? ""): \(detail)")
            }
        }
        return nil
    }
}
