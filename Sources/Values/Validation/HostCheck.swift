import JSON

/// Looks for services that claim the same host and path, and for hosts that are too long.
struct HostCheck {
    /// A certificate's common name holds no more.
    private static let maximumHostBytes = 64

    private struct Claim {
        let document: Document
        let path: String
        let pointer: JSONPointer
        let placement: Placement
    }

    private let services: [Document]
    private let domains: [(cluster: String, suffix: String)]
    private var faults: [Fault] = []

    init(_ documents: [Document]) {
        services = documents.filter { $0.id.kind == .service }
        domains = documents.compactMap { document in
            guard document.id.kind == .cluster else { return nil }
            return document.spec["domainSuffix"]?.stringValue.map { (document.id.name, $0) }
        }
    }

    mutating func run() -> [Fault] {
        var claims: [String: [Claim]] = [:]
        for service in services {
            guard let team = service.id.team, isExposed(service) else { continue }
            for host in hosts(of: service, team: team) {
                for claim in self.claims(of: service) { claims[host, default: []].append(claim) }
            }
        }
        for (host, claims) in claims {
            for (index, claim) in claims.enumerated() {
                for earlier in claims.prefix(index) { compare(claim, earlier, host: host) }
            }
        }
        return faults
    }

    private func isExposed(_ service: Document) -> Bool {
        let exposure = service.spec["exposure"]
        let type = exposure?["type"]?.stringValue ?? (exposure == nil ? "cluster" : "public")
        return type != "cluster"
    }

    /// The hosts a service may have: its own, or the default one on each cluster that it may go to.
    private mutating func hosts(of service: Document, team: String) -> [String] {
        if let domain = service.spec["exposure"]?["domain"]?.stringValue { return [domain.lowercased()] }
        guard service.id.scope == .platform else { return [] }
        let prefix = "\(service.id.name).team-\(team)"
        let placement = Placement(of: service.spec)
        var hosts: [String] = []
        for (cluster, suffix) in domains {
            if let names = placement.clusters, placement.selector == nil, !names.contains(cluster) { continue }
            let host = "\(prefix).\(suffix)"
            hosts.append(host.lowercased())
            if host.utf8.count > Self.maximumHostBytes {
                faults.append(
                    Fault(
                        document: service.id,
                        pointer: JSONPointer(["exposure", "domain"]),
                        message:
                            "a host name of at most \(Self.maximumHostBytes) bytes is expected, on cluster '\(cluster)' "
                            + "the default is '\(host)' (\(host.utf8.count) bytes)",
                        hint: "set a shorter domain"
                    )
                )
            }
        }
        return hosts
    }

    private func claims(of service: Document) -> [Claim] {
        let paths = service.spec["exposure"]?["paths"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let placement = Placement(of: service.spec)
        guard !paths.isEmpty else {
            let pointer = JSONPointer(["exposure"])
            return [Claim(document: service, path: "/", pointer: pointer, placement: placement)]
        }
        return paths.enumerated().map { index, path in
            let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
            let pointer = JSONPointer(["exposure", "paths", String(index)])
            return Claim(document: service, path: trimmed, pointer: pointer, placement: placement)
        }
    }

    private mutating func compare(_ claim: Claim, _ earlier: Claim, host: String) {
        guard claim.path == earlier.path, claim.document.id.at(.platform) != earlier.document.id.at(.platform),
            !claim.placement.isDisjoint(with: earlier.placement)
        else { return }
        let (later, first) = earlier.document.id < claim.document.id ? (claim, earlier) : (earlier, claim)
        let owner = first.document.id
        faults.append(
            Fault(
                document: later.document.id,
                pointer: later.pointer,
                message: "https://\(host)\(later.path) is already claimed by \(owner)",
                hint: "choose another domain or path, or place the services on different clusters"
            )
        )
    }
}
