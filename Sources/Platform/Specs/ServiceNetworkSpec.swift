import JSON

/// Who may call a service, and whom it may call outside the cluster.
struct ServiceNetworkSpec: Spec {
    /// Who may call the service.
    enum Ingress {
        /// Nobody but the platform.
        case denyAll
        /// The pods of every team.
        case allowAll
        /// The named teams, or single services of theirs.
        case allowOnly([Peer])
    }

    /// A team that may call, or one service of it.
    struct Peer: Spec {
        let team: String
        let service: String?

        init(json: JSONValue) throws(JSONError) {
            team = try json.required("team")
            service = try json.optional("service")
        }
    }

    let ingress: Ingress
    let egress: [EgressRule]

    static let denyAll = ServiceNetworkSpec()

    private init() {
        ingress = .denyAll
        egress = []
    }

    init(json: JSONValue) throws(JSONError) {
        egress = try json.specs("egressPublic")
        ingress = try json.spec("ingressPrivate", as: IngressMode.self)?.ingress ?? .denyAll
    }
}

/// One host or address outside the cluster that a service may call.
struct EgressRule: Spec {
    /// A port of the host and what is spoken on it.
    struct Port: Spec, Hashable {
        let number: Int
        let transport: String

        init(json: JSONValue) throws(JSONError) {
            number = try json.optional("number") ?? 443
            transport = try json.optional("protocol") ?? "HTTPS"
        }

        init(number: Int, transport: String) {
            self.number = number
            self.transport = transport
        }
    }

    let domain: String
    let ports: [Port]

    init(json: JSONValue) throws(JSONError) {
        domain = try json.required("domain")
        let ports = try json.specs("ports", as: Port.self)
        self.ports = ports.isEmpty ? [Port(number: 443, transport: "HTTPS")] : ports
    }
}

private struct IngressMode: Spec {
    let ingress: ServiceNetworkSpec.Ingress

    init(json: JSONValue) throws(JSONError) {
        switch try json.optional("mode", as: String.self) ?? "DenyAll" {
        case "DenyAll": ingress = .denyAll
        case "AllowAll": ingress = .allowAll
        case "AllowOnly": ingress = .allowOnly(try json.specs("allow"))
        default: throw JSONError("\"DenyAll\", \"AllowOnly\" or \"AllowAll\" is expected", at: JSONPointer(["mode"]))
        }
    }
}
