import JSON

/// Looks for secrets that services and jobs name and their team does not have, or has without the entry that is named.
struct SecretReferenceCheck {
    /// A secret as all of its layers together have it.
    private struct Known {
        var type = "generic"
        var entries: Set<String> = []
        var hasAuthority = false

        /// The keys of the Kubernetes Secret.
        var keys: Set<String> {
            switch type {
            case "tls": hasAuthority ? ["tls.crt", "tls.key", "ca.crt"] : ["tls.crt", "tls.key"]
            case "docker-registry": [".dockerconfigjson"]
            default: entries
            }
        }
    }

    private let missingReferences: Fault.Severity
    /// By team and name, whatever the scope.
    private var secrets: [String: [String: Known]] = [:]

    init(_ documents: [Document], missingReferences: Fault.Severity) {
        self.missingReferences = missingReferences
        for document in documents where document.id.kind == .secret {
            guard let team = document.id.team else { continue }
            var known = secrets[team]?[document.id.name] ?? Known()
            if let type = document.spec["type"]?.stringValue { known.type = type }
            known.entries.formUnion(document.spec["entries"]?.arrayValue?.compactMap(\.stringValue) ?? [])
            if document.spec["ca"]?.stringValue != nil { known.hasAuthority = true }
            secrets[team, default: [:]][document.id.name] = known
        }
    }

    /// What is wrong with the references of `document`.
    func faults(of document: Document) -> [Fault] {
        switch document.id.kind {
        case .service:
            let container = document.spec["container"].map { ($0, JSONPointer(["container"])) }
            return faults(in: [container].compactMap(\.self), of: document, mountable: ["generic", "tls"])
                + certificateFaults(document)
        case .job:
            var places = [(document.spec, JSONPointer.root)]
            for (index, container) in (document.spec["init"]?.arrayValue ?? []).enumerated() {
                places.append((container, JSONPointer(["init", String(index)])))
            }
            return faults(in: places, of: document, mountable: ["generic"])
        default: return []
        }
    }

    private func certificateFaults(_ document: Document) -> [Fault] {
        let pointers = [JSONPointer(["exposure", "certName"]), JSONPointer(["exposure", "cname", "tlsSecretName"])]
        return pointers.compactMap { pointer in
            guard let name = document.spec[pointer]?.stringValue else { return nil }
            return fault(secret: name, kinds: ["tls"], document, pointer)
        }
    }

    private func faults(
        in containers: [(spec: JSONValue, pointer: JSONPointer)],
        of document: Document,
        mountable: Set<String>
    ) -> [Fault] {
        var faults: [Fault?] = []
        for (spec, pointer) in containers {
            for (index, name) in (spec["secrets"]?.arrayValue ?? []).enumerated() {
                guard let name = name.stringValue else { continue }
                let place = pointer.appending("secrets").appending(index)
                faults.append(fault(secret: name, kinds: ["generic"], document, place))
            }
            for (path, name) in spec["secretMounts"]?.objectValue ?? [:] {
                guard let name = name.stringValue else { continue }
                let place = pointer.appending("secretMounts").appending(path)
                faults.append(fault(secret: name, kinds: mountable, document, place))
            }
            for (variable, entry) in spec["secretEnv"]?.objectValue ?? [:] {
                let place = pointer.appending("secretEnv").appending(variable)
                faults.append(fault(entry: entry, mountable, document, place))
            }
        }
        return faults.compactMap(\.self)
    }

    private func fault(
        entry: JSONValue,
        _ kinds: Set<String>,
        _ document: Document,
        _ pointer: JSONPointer
    ) -> Fault? {
        guard let name = entry["secret"]?.stringValue, let key = entry["key"]?.stringValue else { return nil }
        if let fault = fault(secret: name, kinds: kinds, document, pointer.appending("secret")) { return fault }
        guard let keys = document.id.team.flatMap({ secrets[$0]?[name] })?.keys, !keys.contains(key) else { return nil }
        return Fault(
            document: document.id,
            pointer: pointer.appending("key"),
            message: "the secret '\(name)' has no entry '\(key)'",
            hint: "it has \(keys.sorted().joined(separator: ", "))"
        )
    }

    private func fault(
        secret name: String,
        kinds: Set<String>,
        _ document: Document,
        _ pointer: JSONPointer
    ) -> Fault? {
        guard let team = document.id.team else { return nil }
        guard let known = secrets[team]?[name] else {
            return Fault(
                severity: missingReferences,
                document: document.id,
                pointer: pointer,
                message: "team '\(team)' has no secret '\(name)'",
                hint: "write a Secret document, or name another secret"
            )
        }
        guard !kinds.contains(known.type) else { return nil }
        let expected = kinds.sorted().joined(separator: " or ")
        return Fault(
            document: document.id,
            pointer: pointer,
            message: "a secret of type \(expected) is expected, '\(name)' is \(known.type)"
        )
    }
}
