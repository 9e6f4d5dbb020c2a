extension TeamBuilder {
    /// The team's namespace, with the labels that network policies and the mesh pick it by.
    var namespace: Manifest {
        Manifest(
            .namespace,
            team.namespace,
            labels: [
                PlatformNamespaces.namespaceNameLabel: team.namespace,
                "name": team.namespace,
                "type": "team",
                "istio-injection": "enabled",
            ].merging(team.labels) { own, _ in own }
        )
    }
}
