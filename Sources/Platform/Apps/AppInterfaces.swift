extension AppsBuilder {
    /// The ways to the web interfaces of the apps that are on; none until the cluster has a domain.
    var routes: [AppRoute] {
        guard let domainSuffix else { return [] }
        return set.enabled.flatMap { entry in
            entry.ingress.enumerated().map { index, ingress in
                AppRoute(
                    name: index == 0 ? entry.name : "\(entry.name)-\(index)",
                    namespace: ingress.namespace ?? entry.namespace.name,
                    service: ingress.service,
                    port: ingress.port,
                    host: "\(ingress.host).\(domainSuffix)",
                    paths: ingress.paths,
                    forwardPath: ingress.forwardPath,
                    auth: ingress.auth,
                    groups: ingress.groups,
                    removedRequestHeaders: ingress.removedRequestHeaders
                )
            }
        }
    }
}
