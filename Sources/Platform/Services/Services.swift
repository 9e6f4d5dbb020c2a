import JSON

extension TeamBuilder {
    /// What runs for the team's services, where that is ours to make: a new Knative service with its ConfigMaps.
    var services: [Manifest] {
        team.services.flatMap { service -> [Manifest] in
            guard case .knativeService(let knative) = service.spec.workload else { return [] }
            return knativeService(service, knative)
        }
    }

    private func knativeService(_ service: Named<ServiceSpec>, _ knative: KnativeSpec) -> [Manifest] {
        let labels = ["otomi.io/service": service.name]
        var draft = PodDraft(team: team, labels: labels)
        var container = draft.container(
            knative.container,
            name: "user-container",
            owner: "service.\(service.name)",
            command: knative.container.command,
            environment: .inline
        )
        if let port = knative.containerPort { container["ports"] = [["containerPort": port.json]] }

        var annotations = knative.annotations
        if !annotations.keys.contains(where: Self.minimumScaleAnnotations.contains) {
            annotations[Self.minimumScaleAnnotations[0]] = knative.scaleToZero ? "0" : "1"
        }
        annotations["otomi.io/config-digest"] = draft.configDigest

        let template = JSONValue.members([
            "metadata": JSONValue.members([
                "labels": labels.merging(team.labels) { own, _ in own }.merging(["app": service.name]) { own, _ in own
                },
                "annotations": annotations,
            ]),
            "spec": JSONValue.members([
                "containers": [container],
                "volumes": draft.volumes.isEmpty ? nil : draft.volumes,
            ]),
        ])
        let visibility =
            isServedByKnative(service) ? [:] : ["networking.knative.dev/visibility": "cluster-local"]
        let object = manifest(
            .knativeService,
            service.name,
            labels: labels.merging(visibility) { own, _ in own },
            ["spec": ["template": template]]
        )
        return draft.configMaps + [object]
    }

    /// The names under which Knative takes the least number of pods, ours first.
    private static let minimumScaleAnnotations = [
        "autoscaling.knative.dev/min-scale", "autoscaling.knative.dev/minScale",
    ]
}
