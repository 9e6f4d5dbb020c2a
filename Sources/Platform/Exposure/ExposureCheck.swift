import JSON
import Values

/// Finds what a service asks of its exposure and its cluster cannot do.
struct ExposureCheck {
    /// The most headers that a route can set or remove.
    static let maximumHeaders = 16

    private let cluster: ClusterFacts
    /// The domains in which the platform makes DNS records.
    private let zones: [String]

    init(cluster: ClusterFacts, zones: JSONValue?) {
        self.cluster = cluster
        let named = zones?.arrayValue?.compactMap { $0.stringValue?.lowercased() } ?? []
        self.zones = named + [cluster.domainSuffix?.lowercased()].compactMap(\.self)
    }

    func check(_ exposure: Exposure, of team: Team, _ report: inout ExposureReport) {
        checkClass(exposure, &report)
        checkLoadBalancer(exposure, &report)
        checkSignOn(exposure, &report)
        checkSplit(exposure, &report)
        checkPaths(exposure, &report)
        checkCname(exposure, &report)
        checkZone(exposure, &report)
        checkKnative(exposure, &report)
        for (side, changes) in [("request", exposure.spec.requestHeaders), ("response", exposure.spec.responseHeaders)]
        where changes.removed.count > Self.maximumHeaders || changes.values.count >= Self.maximumHeaders {
            report.add(
                at: ["exposure", "headers", side],
                "more headers are changed than a route can: \(Self.maximumHeaders - 1) set, "
                    + "\(Self.maximumHeaders) removed"
            )
        }
    }

    private func checkClass(_ exposure: Exposure, _ report: inout ExposureReport) {
        guard let name = exposure.spec.ingressClassName else { return }
        let place = ["exposure", "ingressClassName"]
        guard let known = cluster.ingress.classes[name] else {
            let names = (["platform"] + cluster.ingress.classes.keys.sorted()).map { "'\($0)'" }
            return report.add(
                at: place,
                "there is no ingress class '\(name)'",
                hint: "use \(names.joined(separator: " or ")), or add the class to settings ingress"
            )
        }
        guard known.reach != exposure.spec.reach else { return }
        report.add(
            at: place,
            "ingress class '\(name)' is \(known.reach.rawValue), the service is \(exposure.spec.reach.rawValue)",
            hint: "set exposure.type to '\(known.reach.rawValue)', or use another class"
        )
    }

    private func checkLoadBalancer(_ exposure: Exposure, _ report: inout ExposureReport) {
        let balancer = cluster.ingress.cloudLoadBalancer(before: exposure.entrance)
        if exposure.spec.certArn != nil, balancer != .aws {
            report.add(
                at: ["exposure", "certArn"],
                "a certificate of AWS can only be used by a load balancer of AWS, and none is before this service",
                hint: "use certName, or set hasCloudLB of settings otomi on a cluster of AWS; till then one is issued",
                severity: .warning
            )
        }
        guard let balancer else { return }
        if exposure.spec.tlsPass {
            report.add(
                at: ["exposure", "tlsPass"],
                "the load balancer of the cloud ends TLS, so a connection cannot be passed through",
                hint: "make the service private, or use an ingress class of its own"
            )
        }
        guard balancer == .aws else { return }
        for (name, place) in [
            (exposure.spec.certName, ["certName"]), (exposure.spec.cname?.tlsSecretName, ["cname", "tlsSecretName"]),
        ] where name != nil {
            report.add(
                at: ["exposure"] + place,
                "the load balancer of AWS uses only certificates that AWS holds",
                hint: "import the certificate into AWS Certificate Manager, and use certArn",
                severity: .warning
            )
        }
    }

    private func checkSignOn(_ exposure: Exposure, _ report: inout ExposureReport) {
        guard exposure.spec.auth, cluster.signOn == nil else { return }
        report.add(
            at: ["exposure", "auth"],
            "the cluster has no domain suffix, so there is nowhere to sign in",
            hint: "set domainSuffix of the cluster"
        )
    }

    private func checkSplit(_ exposure: Exposure, _ report: inout ExposureReport) {
        guard let split = exposure.spec.trafficSplit else { return }
        let place = ["exposure", "trafficControl"]
        if exposure.service.spec.workload.isKnative {
            report.add(
                at: place,
                "Knative has no services '\(exposure.name)-v1' and '\(exposure.name)-v2' to share requests by",
                hint: "run the versions as Kubernetes services"
            )
        }
        let sum = split.weightV1.addingReportingOverflow(split.weightV2)
        guard sum.overflow || sum.partialValue != 100 || min(split.weightV1, split.weightV2) < 0 else { return }
        report.add(
            at: place,
            "weights that are 100 together are expected, found \(split.weightV1) and \(split.weightV2)",
            hint: "change weightV1 or weightV2"
        )
    }

    private func checkPaths(_ exposure: Exposure, _ report: inout ExposureReport) {
        let style = cluster.ingress.style
        let marks = style == .istio ? "'-._'" : "'-._~!$&'()*+,;=:@' and '%' with two digits"
        for (index, path) in exposure.spec.paths.enumerated() where !Self.isRoutable(path, style) {
            report.add(
                at: ["exposure", "paths", String(index)],
                "'\(path)' is no path that can be routed",
                hint: "use letters, digits, \(marks); no '.' or '..' between slashes"
            )
        }
    }

    /// What an Ingress or an HTTPRoute takes: ingress-nginx leaves out prefixes that could mean something in its
    /// configuration.
    private static func isRoutable(_ path: String, _ style: IngressFacts.Style) -> Bool {
        let segments = path.split(separator: "/")
        let marks = Set((style == .istio ? "-._/" : "-._~!$&'()*+,;=:@%/").utf8)
        let isPlain = path.utf8.allSatisfy { byte in
            ObjectName.isConfigKeyByte(byte) || marks.contains(byte)
        }
        let escapes = path.split(separator: "%", omittingEmptySubsequences: false).dropFirst()
        return isPlain && !segments.contains(".") && !segments.contains("..")
            && escapes.allSatisfy { escape in
                let digits = escape.prefix(2)
                return digits.count == 2 && digits.allSatisfy(\.isHexDigit) && digits.lowercased() != "2f"
            }
    }

    private func checkCname(_ exposure: Exposure, _ report: inout ExposureReport) {
        guard let cname = exposure.spec.cname else { return }
        let place = ["exposure", "cname", "domain"]
        let domain = cname.domain.lowercased()
        if !ObjectName.isHost(domain) {
            report.add(at: place, "'\(cname.domain)' is no host name")
        } else if domain == exposure.hosts.first?.name {
            report.add(at: place, "'\(domain)' is the host of the service already", hint: "remove cname")
        }
    }

    private func checkZone(_ exposure: Exposure, _ report: inout ExposureReport) {
        guard cluster.publishesDNS, exposure.spec.reach == .public, let host = exposure.hosts.first else { return }
        guard !zones.contains(where: { host.name == $0 || host.name.hasSuffix("." + $0) }) else { return }
        report.add(
            at: host.place,
            "no zone of the cluster holds '\(host.name)', so nobody makes its DNS record",
            hint: "make the record yourself, or add the zone to settings dns",
            severity: .warning
        )
    }

    /// An existing Knative service keeps its own route for the default host, which knows nothing of these.
    private func checkKnative(_ exposure: Exposure, _ report: inout ExposureReport) {
        guard cluster.ingress.style == .istio, case .existingKnativeService = exposure.service.spec.workload,
            exposure.spec.reach == .public, exposure.hosts.first?.isDefault == true
        else { return }
        let changesHeaders = !exposure.spec.requestHeaders.isEmpty || !exposure.spec.responseHeaders.isEmpty
        guard changesHeaders else { return }
        report.add(
            at: ["exposure", "headers"],
            "Knative itself routes the default host of an existing Knative service, and changes no headers",
            hint: "set exposure.domain",
            severity: .warning
        )
    }

    /// Reports a team that has more hosts than a Gateway has listeners for.
    func checkListeners(of team: Team, _ faults: inout FaultLog) {
        guard cluster.ingress.style == .gatewayAPI else { return }
        let builder = TeamBuilder(team: team, cluster: cluster, revision: 0)
        let owner = RouteBuilder.Owner.team(name: team.name, namespace: team.namespace)
        let routes = RouteBuilder(owner: owner, cluster: cluster)
        let byEntrance = Dictionary(grouping: builder.exposures.map(builder.route), by: \.entrance)
        for (entrance, used) in byEntrance.sorted(by: { $0.key.name < $1.key.name }) {
            let count = routes.listenerCount(used)
            guard count > RouteBuilder.maximumListeners else { continue }
            faults.report(
                .team,
                team: team.name,
                name: team.name,
                at: .root,
                "Gateway '\(routes.gatewayName(entrance))' would have \(count) listeners, "
                    + "at most \(RouteBuilder.maximumListeners) are allowed",
                hint: "use hosts directly below '\(team.namespace).\(cluster.domainSuffix ?? "<domain suffix>")', "
                    + "which share two listeners"
            )
        }
    }
}
