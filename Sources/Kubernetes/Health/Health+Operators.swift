import JSON

// Rules for kinds of well-known operators that tell in a way of their own.
extension Health {
    /// A repository of charts in an OCI registry is mere data: nothing reconciles it.
    static let helmRepository: Rule = { view in
        if view.specification("type")?.stringValue == "oci", view.condition("Ready") == nil { return .current }
        return ConditionRule(passingReasons: ["Progressing", "ProgressingWithRetry"])(view)
    }

    /// A certificate that is not ready is being issued, until issuing it has failed.
    static let certificate: Rule = { view in
        let issuing = view.condition("Issuing")
        guard let ready = view.condition("Ready") else {
            return inProgress("NoStatus", "the controller has not said anything yet")
        }
        if ready.isTrue { return .current }
        if let issuing, issuing.isFalse, !issuing.reason.isEmpty { return failed(issuing.word, issuing.message) }
        if let issuing, issuing.isTrue { return inProgress(issuing.word, issuing.message) }
        return inProgress(ready.word, ready.message)
    }

    /// Orders and challenges of ACME.
    static let certificateOrder: Rule = { view in
        let detail = view.statusText("reason")
        switch view.statusText("state") {
        case "valid", "ready": return .current
        case "errored", "expired", "invalid":
            return failed("ACMEFailed", detail.isEmpty ? "state \(view.statusText("state"))" : detail)
        case let state: return inProgress("ACMEPending", detail.isEmpty ? "state \(state)" : detail)
        }
    }

    /// Every pod of Gatekeeper says whether it enforces a constraint.
    static let constraint: Rule = { view in
        let pods = view.statusValue("byPod")?.arrayValue ?? []
        guard !pods.isEmpty else { return inProgress("NoStatus", "no pod of Gatekeeper has taken it up yet") }
        if let fault = firstError(pods) { return failed("ConstraintFailed", fault) }
        for pod in pods {
            if let observed = pod["observedGeneration"]?.integerValue, observed != view.object.generation {
                return inProgress("LatestGenerationNotObserved", "not all pods of Gatekeeper have seen the change")
            }
            if pod["enforced"]?.boolValue == false {
                return inProgress("NotEnforced", "not all pods of Gatekeeper enforce it yet")
            }
        }
        return .current
    }

    static let constraintTemplate: Rule = { view in
        if let fault = firstError(view.statusValue("byPod")?.arrayValue ?? []) {
            return failed("TemplateFailed", fault)
        }
        guard view.statusValue("created")?.boolValue == true else {
            return inProgress("NotCreated", "the kind of the template is not created yet")
        }
        return .current
    }

    private static func firstError(_ pods: [JSONValue]) -> String? {
        for pod in pods {
            guard let fault = pod["errors"]?.arrayValue?.first else { continue }
            let place = pod["id"]?.stringValue.map { "\($0): " } ?? ""
            return place + (fault["message"]?.stringValue ?? fault["code"]?.stringValue ?? "an error")
        }
        return nil
    }

    /// Older versions say `status.ready`, newer ones have a condition.
    static let kyvernoPolicy: Rule = { view in
        if view.condition("Ready") == nil, let ready = view.statusValue("ready")?.boolValue {
            return ready ? .current : inProgress("NotReady", "Kyverno has not taken the policy up yet")
        }
        return ConditionRule()(view)
    }

    /// `Reconciled` says why the operator could not do it, `Available` how many pods serve.
    static let prometheus: Rule = { view in
        if let reconciled = view.condition("Reconciled"), reconciled.isFalse {
            return failed(reconciled.word, reconciled.message)
        }
        guard let available = view.condition("Available"), !available.isTrue else { return .current }
        return inProgress(available.word, available.message)
    }
}
