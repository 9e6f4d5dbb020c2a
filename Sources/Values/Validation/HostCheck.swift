import JSON

/// Looks for services that claim the same host and path, and for hosts that are too long.
struct HostCheck {
    /// A certificate's common name holds no more.
    private static let maximumHostBytes = 64

    /// A path of a host, or the whole host, and who claims it.
    private struct Claim {
        let document: Document
        /// `nil`: a connection to the host is passed through, whatever the path.
        let path: String?
        let pointer: JSONPointer
        let placement: Placement

        func clashes(with other: Claim) -> Bool {
            (path == nil || other.path == nil || path == other.path)
                && document.id.at(.platform) != other.document.id.at(.platform)
                && !placement.isDisjoint(with: other.placement)
        }
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
            let own = self.claims(of: service)
            for host in hosts(of: service, team: team) { claims[host, default: []] += own }
            guard let cname = service.spec["exposure"]?["cname"]?["domain"]?.stringValue else { continue }
            let pointer = JSONPointer(["exposure", "cname", "domain"])
            claims[cname.lowercased(), default: []] += own.map { claim in
                Claim(document: service, path: claim.path, pointer: pointer, placement: claim.placement)
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
                        hint: "shorten the name of the service or of its team by "
                            + "\(host.utf8.count - Self.maximumHostBytes) bytes, or set a shorter domain"
                    )
                )
            }
        }
        return hosts
    }

    private func claims(of service: Document) -> [Claim] {
        let exposure = service.spec["exposure"]
        let placement = Placement(of: service.spec)
        func claim(_ path: String?, _ tokens: [String]) -> Claim {
            Claim(document: service, path: path, pointer: JSONPointer(["exposure"] + tokens), placement: placement)
        }
        if exposure?["tlsPass"]?.boolValue == true { return [claim(nil, [])] }
        let said = exposure?["paths"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let paths = PathPrefix.normalised(said)
        guard !paths.isEmpty else { return [claim("/", [])] }
        return paths.map { path in
            let index = said.firstIndex { PathPrefix.normalised($0) == path } ?? 0
            return claim(path, ["paths", String(index)])
        }
    }

    private mutating func compare(_ claim: Claim, _ earlier: Claim, host: String) {
        guard claim.clashes(with: earlier) else { return }
        let (later, first) = earlier.document.id < claim.document.id ? (claim, earlier) : (earlier, claim)
        let owner = first.document.id
        faults.append(
            Fault(
                document: later.document.id,
                pointer: later.pointer,
                message: "https://\(host)\(later.path ?? first.path ?? "/") is already claimed by \(owner)",
                hint: "choose another domain or path, or place the services on different clusters"
            )
        )
    }
}
