import JSON

/// Stands in for the controllers of a cluster: what is written is ready at once.
enum ReadyController {
    /// The status that the kind's controller would reach; `nil` for kinds without one.
    static func status(of object: JSONValue, _ type: ResourceType, now: String) -> JSONValue? {
        let context = Context(object: object, now: now)
        switch (type.group, type.kind) {
        case ("apps", "Deployment"): return deployment(context)
        case ("apps", "StatefulSet"): return statefulSet(context)
        case ("apps", "ReplicaSet"): return replicaSet(context)
        case ("apps", "DaemonSet"): return daemonSet(context)
        case ("batch", "Job"): return job(context)
        case ("", "Pod"): return pod(context)
        case ("", "Node"): return context.conditions([("Ready", "KubeletReady")])
        case ("", "PersistentVolumeClaim"): return object["status"] ?? ["phase": "Bound"]
        case ("", "Service"): return object["status"] ?? ["loadBalancer": [:]]
        case ("serving.knative.dev", "Service"): return knativeService(context)
        case ("serving.knative.dev", "Route"), ("serving.knative.dev", "Configuration"),
            ("serving.knative.dev", "DomainMapping"):
            return context.conditions([("Ready", "Ready")])
        case ("cert-manager.io", "Certificate"), ("cert-manager.io", "Issuer"), ("cert-manager.io", "ClusterIssuer"):
            return context.conditions([("Ready", "Ready")])
        case ("external-secrets.io", "ExternalSecret"): return context.conditions([("Ready", "SecretSynced")])
        case ("external-secrets.io", "SecretStore"), ("external-secrets.io", "ClusterSecretStore"):
            return context.conditions([("Ready", "Valid")])
        case ("helm.toolkit.fluxcd.io", "HelmRelease"): return context.conditions([("Ready", "InstallSucceeded")])
        case ("source.toolkit.fluxcd.io", _): return context.conditions([("Ready", "Succeeded")])
        case ("gateway.networking.k8s.io", "Gateway"): return context.conditions([("Programmed", "Programmed")])
        case ("kustomize.toolkit.fluxcd.io", _): return context.conditions([("Ready", "ReconciliationSucceeded")])
        case ("gateway.networking.k8s.io", "GatewayClass"): return context.conditions([("Accepted", "Accepted")])
        case ("templates.gatekeeper.sh", "ConstraintTemplate"): return ["created": true]
        case ("constraints.gatekeeper.sh", _): return ["byPod": [["id": "simulated", "enforced": true]]]
        case ("kyverno.io", "ClusterPolicy"), ("kyverno.io", "Policy"):
            return context.conditions([("Ready", "Succeeded")])
        case ("gateway.networking.k8s.io", "HTTPRoute"): return route(context)
        case ("bitnami.com", "SealedSecret"): return context.conditions([("Synced", "Synced")])
        default: return nil
        }
    }

    /// The object whose status is made.
    private struct Context {
        let object: JSONValue
        let now: String

        var generation: JSONValue { object["metadata"]?["generation"] ?? 1 }
        var replicas: JSONValue { object["spec"]?["replicas"] ?? 1 }

        /// The status with these conditions true; a condition that was true already keeps its time.
        func conditions(_ conditions: [(type: String, reason: String)], _ more: JSONValue = [:]) -> JSONValue {
            var result = object["status"] ?? [:]
            for (key, value) in more.objectValue ?? [:] { result[key] = value }
            if object["metadata"]?["generation"] != nil { result["observedGeneration"] = generation }
            let before = object["status"]?["conditions"]?.arrayValue ?? []
            let made = conditions.map { condition -> JSONValue in
                let known = before.first { $0["type"]?.stringValue == condition.type }
                let isKept = known?["status"] == "True"
                return [
                    "type": .string(condition.type), "status": "True", "reason": .string(condition.reason),
                    "message": "", "lastTransitionTime": (isKept ? known?["lastTransitionTime"] : nil) ?? .string(now),
                ]
            }
            let names = Set(conditions.map(\.type))
            let others = before.filter { !names.contains($0["type"]?.stringValue ?? "") }
            result["conditions"] = .array(made + others)
            return result
        }
    }

    private static func deployment(_ context: Context) -> JSONValue {
        let count = context.replicas
        return context.conditions(
            [("Available", "MinimumReplicasAvailable"), ("Progressing", "NewReplicaSetAvailable")],
            ["replicas": count, "updatedReplicas": count, "readyReplicas": count, "availableReplicas": count]
        )
    }

    private static func statefulSet(_ context: Context) -> JSONValue {
        let count = context.replicas
        var status = context.object["status"] ?? [:]
        for key in ["replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"] {
            status[key] = count
        }
        status["observedGeneration"] = context.generation
        status["currentRevision"] = "1"
        status["updateRevision"] = "1"
        return status
    }

    private static func replicaSet(_ context: Context) -> JSONValue {
        var status = context.object["status"] ?? [:]
        for key in ["replicas", "readyReplicas", "availableReplicas", "fullyLabeledReplicas"] {
            status[key] = context.replicas
        }
        status["observedGeneration"] = context.generation
        return status
    }

    private static func daemonSet(_ context: Context) -> JSONValue {
        var status = context.object["status"] ?? [:]
        for key in [
            "currentNumberScheduled", "desiredNumberScheduled", "numberAvailable", "numberReady",
            "updatedNumberScheduled",
        ] {
            status[key] = 1
        }
        status["numberMisscheduled"] = 0
        status["observedGeneration"] = context.generation
        return status
    }

    private static func job(_ context: Context) -> JSONValue {
        if context.object["spec"]?["suspend"] == true { return context.object["status"] ?? [:] }
        let started = context.object["status"]?["startTime"] ?? .string(context.now)
        var status = context.conditions(
            [("Complete", "CompletionsReached")],
            [
                "succeeded": context.object["spec"]?["completions"] ?? 1, "startTime": started,
                "completionTime": context.object["status"]?["completionTime"] ?? .string(context.now),
            ]
        )
        status["observedGeneration"] = nil
        return status
    }

    private static func pod(_ context: Context) -> JSONValue {
        let containers = context.object["spec"]?["containers"]?.arrayValue ?? []
        let statuses = containers.map { container -> JSONValue in
            [
                "name": container["name"] ?? "", "image": container["image"] ?? "", "ready": true, "restartCount": 0,
                "started": true, "state": ["running": ["startedAt": .string(context.now)]],
            ]
        }
        if let status = context.object["status"], status["phase"] != nil { return status }
        return context.conditions(
            [("Ready", ""), ("ContainersReady", ""), ("Initialized", ""), ("PodScheduled", "")],
            ["phase": "Running", "startTime": .string(context.now), "containerStatuses": .array(statuses)]
        )
    }

    /// Every parent that the route names takes it up.
    private static func route(_ context: Context) -> JSONValue {
        let parents = context.object["spec"]?["parentRefs"]?.arrayValue ?? []
        let conditions = context.conditions([("Accepted", "Accepted"), ("ResolvedRefs", "ResolvedRefs")])["conditions"]
        return [
            "parents": .array(
                parents.map { ["parentRef": $0, "controllerName": "simulated", "conditions": conditions ?? []] }
            )
        ]
    }

    private static func knativeService(_ context: Context) -> JSONValue {
        let name = context.object["metadata"]?["name"]?.stringValue ?? ""
        let namespace = context.object["metadata"]?["namespace"]?.stringValue ?? ""
        let generation = context.generation.integerValue ?? 1
        let digits = String(generation)
        let revision = JSONValue.string("\(name)-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits)
        return context.conditions(
            [("Ready", ""), ("ConfigurationsReady", ""), ("RoutesReady", "")],
            [
                "latestCreatedRevisionName": revision, "latestReadyRevisionName": revision,
                "url": .string("http://\(name).\(namespace).example.com"),
                "address": ["url": .string("http://\(name).\(namespace).svc.cluster.local")],
            ]
        )
    }
}
