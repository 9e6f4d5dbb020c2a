import JSON

extension TeamBuilder {
    /// What the team's pods may call outside the cluster: what its services name, and nothing else; all of it where
    /// filtering is off.
    var egressObjects: [Manifest] {
        guard team.spec.filtersEgress else { return [] }
        let sidecar = manifest(
            .sidecar,
            "default",
            ["spec": ["outboundTrafficPolicy": ["mode": "REGISTRY_ONLY"]]]
        )
        return [sidecar] + [monitoringSidecar].compactMap(\.self) + team.services.flatMap(serviceEntries)
    }

    /// One ServiceEntry for every distinct host of a service; rules for the same host add their ports.
    private func serviceEntries(_ service: Named<ServiceSpec>) -> [Manifest] {
        var ports: [EgressHost: [EgressRule.Port]] = [:]
        for rule in service.spec.networkPolicy.egress {
            guard let host = EgressHost(rule.domain) else { continue }
            ports[host, default: []] += rule.ports
        }
        return ports.sorted { $0.key.objectName < $1.key.objectName }.map { host, ports in
            manifest(
                .serviceEntry,
                "\(service.name).\(host.objectName)",
                labels: ["otomi.io/service": service.name],
                ["spec": serviceEntry(host, ports)]
            )
        }
    }

    private func serviceEntry(_ host: EgressHost, _ ports: [EgressRule.Port]) -> JSONValue {
        var byNumber: [Int: EgressRule.Port] = [:]
        for port in ports where byNumber[port.number] == nil { byNumber[port.number] = port }
        let entries = byNumber.values.sorted { $0.number < $1.number }.map { port in
            JSONValue.members([
                "name": "\(port.transport.lowercased())-\(port.number)",
                "number": port.number,
                "protocol": port.transport.uppercased(),
            ])
        }
        return .members([
            "hosts": [host.meshHost],
            "addresses": host.address.map { [$0] },
            "endpoints": host.address.map { [["address": $0]] },
            // The egress gateway is in another namespace, and has to know the host too.
            "exportTo": cluster.hasEgressGateway ? [".", PlatformNamespaces.istio] : ["."],
            "location": "MESH_EXTERNAL",
            "ports": entries,
            "resolution": host.resolution,
        ])
    }
}
