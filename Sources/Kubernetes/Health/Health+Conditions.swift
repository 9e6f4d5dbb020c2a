import JSON

// Rules for kinds that tell by conditions.
extension Health {
    /// By the conditions `Ready`, `Available` or `Healthy`, whichever is there first; an object without any is current.
    static let generic: Rule = { view in
        for type in ["Ready", "Available", "Healthy"] {
            guard let condition = view.condition(type) else { continue }
            return condition.isTrue ? .current : inProgress(condition.word, condition.message)
        }
        return .current
    }

    /// What one kind means by its conditions.
    struct ConditionRule {
        /// All of them have to be true, where they are there.
        var types = ["Ready"]
        /// Reasons with which a condition that is false is on its way all the same.
        var passingReasons: Set<String> = []
        /// Whether an object that has none of the conditions has not been seen by its controller yet.
        var isAwaited = true
        /// Whether a condition tells itself which generation it is of.
        var knowsGeneration = false

        func callAsFunction(_ view: StatusView) -> Health {
            let conditions = types.compactMap(view.condition)
            for condition in conditions where !condition.isTrue {
                if knowsGeneration, condition.isOlder(than: view.object.generation) { continue }
                return condition.isFalse && !passingReasons.contains(condition.reason)
                    ? failed(condition.word, condition.message) : inProgress(condition.word, condition.message)
            }
            if knowsGeneration, let old = conditions.first(where: { $0.isOlder(than: view.object.generation) }) {
                return inProgress("LatestGenerationNotObserved", "the condition \(old.type) is of an older generation")
            }
            guard conditions.isEmpty, isAwaited else { return .current }
            return inProgress("NoStatus", "the controller has not said anything yet")
        }
    }

    private static func by(_ rule: ConditionRule) -> Rule {
        { view in rule(view) }
    }

    /// Groups all of whose kinds tell alike.
    static let groupRules: [String: Rule] = [
        "serving.knative.dev": by(ConditionRule()),
        "eventing.knative.dev": by(ConditionRule()),
        "messaging.knative.dev": by(ConditionRule()),
        "sources.knative.dev": by(ConditionRule()),
        "source.toolkit.fluxcd.io": by(flux),
        "kustomize.toolkit.fluxcd.io": by(flux),
        "helm.toolkit.fluxcd.io": by(flux),
        "notification.toolkit.fluxcd.io": by(fluxOptional),
        "image.toolkit.fluxcd.io": by(fluxOptional),
        "external-secrets.io": by(ConditionRule()),
        "constraints.gatekeeper.sh": constraint,
        "networking.istio.io": by(istio),
        "security.istio.io": by(istio),
        "telemetry.istio.io": by(istio),
    ]

    /// Kinds of others with a rule of their own.
    static let customRules: [GroupKind: Rule] = [
        GroupKind(group: "source.toolkit.fluxcd.io", kind: "HelmRepository"): helmRepository,
        GroupKind(group: "cert-manager.io", kind: "Certificate"): certificate,
        GroupKind(group: "cert-manager.io", kind: "Issuer"): by(issuer),
        GroupKind(group: "cert-manager.io", kind: "ClusterIssuer"): by(issuer),
        GroupKind(group: "cert-manager.io", kind: "CertificateRequest"): by(
            ConditionRule(passingReasons: ["Pending"])
        ),
        GroupKind(group: "acme.cert-manager.io", kind: "Order"): certificateOrder,
        GroupKind(group: "acme.cert-manager.io", kind: "Challenge"): certificateOrder,
        GroupKind(group: "templates.gatekeeper.sh", kind: "ConstraintTemplate"): constraintTemplate,
        GroupKind(group: "kyverno.io", kind: "ClusterPolicy"): kyvernoPolicy,
        GroupKind(group: "kyverno.io", kind: "Policy"): kyvernoPolicy,
        GroupKind(group: "monitoring.coreos.com", kind: "Prometheus"): prometheus,
        GroupKind(group: "monitoring.coreos.com", kind: "PrometheusAgent"): prometheus,
        GroupKind(group: "monitoring.coreos.com", kind: "Alertmanager"): prometheus,
        GroupKind(group: "monitoring.coreos.com", kind: "ThanosRuler"): prometheus,
        GroupKind(group: "gateway.networking.k8s.io", kind: "GatewayClass"): by(gatewayClass),
        GroupKind(group: "gateway.networking.k8s.io", kind: "Gateway"): by(gateway),
        GroupKind(group: "gateway.networking.k8s.io", kind: "HTTPRoute"): route,
        GroupKind(group: "gateway.networking.k8s.io", kind: "GRPCRoute"): route,
        GroupKind(group: "gateway.networking.k8s.io", kind: "TLSRoute"): route,
    ]

    private static let flux = ConditionRule(
        passingReasons: ["Progressing", "ProgressingWithRetry", "DependencyNotReady", "SourceNotReady"]
    )
    private static let fluxOptional = ConditionRule(
        passingReasons: ["Progressing", "ProgressingWithRetry", "DependencyNotReady"],
        isAwaited: false
    )
    private static let issuer = ConditionRule(passingReasons: ["Pending"], knowsGeneration: true)
    /// Istio writes a status only where that is switched on.
    private static let istio = ConditionRule(
        types: ["PassedAnalysis", "Reconciled"],
        passingReasons: ["Reconciling"],
        isAwaited: false
    )
    private static let gatewayClass = ConditionRule(
        types: ["Accepted"],
        passingReasons: ["Pending", "Waiting"],
        knowsGeneration: true
    )
    private static let gateway = ConditionRule(
        types: ["Accepted", "Programmed"],
        passingReasons: ["Pending", "AddressNotAssigned", "NoResources"],
        knowsGeneration: true
    )

    /// The conditions of each parent of a route.
    static let route: Rule = { view in
        let parents = view.statusValue("parents")?.arrayValue ?? []
        guard !parents.isEmpty else { return inProgress("NoParent", "no gateway has taken the route up yet") }
        let rule = ConditionRule(
            types: ["Accepted", "ResolvedRefs"],
            passingReasons: ["Pending"],
            knowsGeneration: true
        )
        for parent in parents {
            let health = rule(view.with(conditions: parent["conditions"]))
            if !health.isCurrent { return health }
        }
        return .current
    }
}

extension StatusView.Condition {
    /// Whether the condition says that it was made for an earlier specification.
    func isOlder(than generation: Int64?) -> Bool {
        guard let generation, let observedGeneration else { return false }
        return observedGeneration < generation
    }
}
