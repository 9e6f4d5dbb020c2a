import JSON

/// Looks at documents together: what refers to what, and who claims the same thing twice.
struct CrossCheck {
    private let documents: [Document]
    private let missingReferences: Fault.Severity
    private var faults: Set<Fault> = []

    private let teams: Set<String>
    private let groups: Set<String>
    /// The services of each team, and the kinds of its secrets, whatever the scope.
    private var services: [String: Set<String>] = [:]
    private var secrets: [String: [String: String]] = [:]

    init(_ documents: [Document], missingReferences: Fault.Severity) {
        self.documents = documents.sorted { $0.id < $1.id }
        self.missingReferences = missingReferences
        teams = Set(documents.filter { $0.id.kind == .team }.map(\.id.name))
        groups = Set(documents.filter { $0.id.kind == .group }.map(\.id.name))
        for document in self.documents {
            guard let team = document.id.team else { continue }
            switch document.id.kind {
            case .service: services[team, default: []].insert(document.id.name)
            case .secret:
                let type = document.spec["type"]?.stringValue
                let known = secrets[team]?[document.id.name]
                secrets[team, default: [:]][document.id.name] = type ?? known ?? "generic"
            default: break
            }
        }
    }

    mutating func run() -> [Fault] {
        for document in documents {
            checkOwner(document)
            checkSecretReferences(document)
            checkAllowedCallers(document)
        }
        checkLayeredForms()
        var hosts = HostCheck(documents)
        faults.formUnion(hosts.run())
        return faults.sorted()
    }

    private mutating func add(
        _ severity: Fault.Severity,
        _ document: Document,
        _ pointer: JSONPointer,
        _ message: String,
        hint: String? = nil
    ) {
        faults.insert(
            Fault(severity: severity, document: document.id, pointer: pointer, message: message, hint: hint)
        )
    }

    // MARK: - References

    private mutating func checkOwner(_ document: Document) {
        if case .group(let name) = document.id.scope, !groups.contains(name) {
            add(
                missingReferences,
                document,
                .root,
                "there is no group '\(name)'",
                hint: "write a Group document, or another scope"
            )
        }
        guard let team = document.id.team, !teams.contains(team) else { return }
        add(
            missingReferences,
            document,
            .root,
            "there is no team '\(team)'",
            hint: "write a Team document named '\(team)'"
        )
    }

    private mutating func checkSecretReferences(_ document: Document) {
        guard let team = document.id.team else { return }
        var places: [(spec: JSONValue, pointer: JSONPointer)] = []
        var mountable: Set<String> = ["generic"]
        switch document.id.kind {
        case .service:
            mountable.insert("tls")
            if let container = document.spec["container"] { places.append((container, JSONPointer(["container"]))) }
            if let name = document.spec["exposure"]?["certName"]?.stringValue {
                let pointer = JSONPointer(["exposure", "certName"])
                check(secret: name, of: team, kinds: ["tls"], document, pointer)
            }
            if let name = document.spec["exposure"]?["cname"]?["tlsSecretName"]?.stringValue {
                let pointer = JSONPointer(["exposure", "cname", "tlsSecretName"])
                check(secret: name, of: team, kinds: ["tls"], document, pointer)
            }
        case .job:
            places.append((document.spec, .root))
            for (index, container) in (document.spec["init"]?.arrayValue ?? []).enumerated() {
                places.append((container, JSONPointer(["init", String(index)])))
            }
        default: return
        }
        for (spec, pointer) in places {
            for (index, name) in (spec["secrets"]?.arrayValue ?? []).enumerated() {
                guard let name = name.stringValue else { continue }
                let place = pointer.appending("secrets").appending(index)
                check(secret: name, of: team, kinds: ["generic"], document, place)
            }
            for (path, name) in spec["secretMounts"]?.objectValue ?? [:] {
                guard let name = name.stringValue else { continue }
                let place = pointer.appending("secretMounts").appending(path)
                check(secret: name, of: team, kinds: mountable, document, place)
            }
        }
    }

    private mutating func check(
        secret name: String,
        of team: String,
        kinds: Set<String>,
        _ document: Document,
        _ pointer: JSONPointer
    ) {
        guard let kind = secrets[team]?[name] else {
            let message = "team '\(team)' has no secret '\(name)'"
            add(missingReferences, document, pointer, message, hint: "write a Secret document, or name another secret")
            return
        }
        guard !kinds.contains(kind) else { return }
        let expected = kinds.sorted().joined(separator: " or ")
        add(.error, document, pointer, "a secret of type \(expected) is expected, '\(name)' is \(kind)")
    }

    private mutating func checkAllowedCallers(_ document: Document) {
        guard document.id.kind == .service else { return }
        let pointer = JSONPointer(["networkPolicy", "ingressPrivate", "allow"])
        for (index, caller) in (document.spec[pointer]?.arrayValue ?? []).enumerated() {
            guard let team = caller["team"]?.stringValue else { continue }
            let place = pointer.appending(index)
            guard teams.contains(team) else {
                add(missingReferences, document, place.appending("team"), "there is no team '\(team)'")
                continue
            }
            if let service = caller["service"]?.stringValue, services[team]?.contains(service) != true {
                let message = "team '\(team)' has no service '\(service)'"
                add(missingReferences, document, place.appending("service"), message)
            }
        }
    }

    // MARK: - Layers

    /// A document at a group or cluster may leave out what a lower layer says; the layers together may not.
    private mutating func checkLayeredForms() {
        var layers: [DocumentID: JSONValue] = [:]
        var groupLayers: [DocumentID: Int] = [:]
        for document in documents {
            switch document.id.scope {
            case .platform: layers[document.id] = document.spec
            case .group: groupLayers[document.id.at(.platform), default: 0] += 1
            case .cluster: break
            }
        }
        for document in documents where document.id.scope.isOverlay && document.id.kind != .cluster {
            guard let schema = Schema.compiled(document.id.kind, name: document.id.name) else { continue }
            // Which groups lie between platform and cluster depends on the cluster: any of them may add what is missing.
            var others = groupLayers[document.id.at(.platform)] ?? 0
            if case .group = document.id.scope { others -= 1 }
            guard others == 0 else { continue }
            let base = layers[document.id.at(.platform)] ?? .object([:])
            for fault in schema.faults(in: Layers.merge([base, document.spec])) where fault.keyword == "required" {
                add(.error, document, fault.pointer, fault.message, hint: fault.hint)
            }
        }
    }
}
