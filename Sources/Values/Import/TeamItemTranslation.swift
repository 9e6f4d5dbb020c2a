import JSON

/// Translates the items of a team's lists: services, jobs and secrets.
enum TeamItemTranslation {
    private static let containerFields = [
        "image", "resources", "secrets", "command", "args", "containerPort", "scaleToZero", "securityContext",
    ]
    private static let coreOnly = ["authz", "hasPrefix", "hide", "host", "isShared", "logo", "namespace", "path"]

    static func service(_ item: JSONValue, _ id: DocumentID, at base: JSONPointer) -> Translation {
        var translation = Translation(id, from: item, at: base)
        translation.consume("name")
        translation.consume("id")
        translation.move(["port"])
        moveContainer(&translation)
        moveExposure(&translation)
        moveNetworkPolicy(&translation)
        if translation["svc"]?.stringValue == id.name { translation.consume("svc") }
        translation.leave(["svc"], because: "a service has the name of the Kubernetes service it exposes; rename it")
        for field in coreOnly {
            translation.leave([field], because: "only the platform's own services had it")
        }
        return translation
    }

    private static func moveContainer(_ translation: inout Translation) {
        guard let ksvc = translation["ksvc"], ksvc.objectValue != nil else {
            translation.consume("ksvc")
            translation.set("service", at: ["predeployed"])
            return
        }
        translation.consume("ksvc", "predeployed")
        if ksvc["predeployed"] == true {
            translation.set("knative", at: ["predeployed"], from: ["ksvc", "predeployed"])
            return
        }
        for field in containerFields { translation.move(["ksvc", field], to: ["container", field]) }
        moveMaps(&translation, from: ["ksvc"], to: ["container"])
        if translation.spec["container"] == nil { translation.set(.object([:]), at: ["container"], from: ["ksvc"]) }
    }

    /// Environment, files, mounts and annotations: maps in files, lists in what the old API wrote.
    private static func moveMaps(_ translation: inout Translation, from: [String], to: [String]) {
        translation.move(from + ["env"], to: to + ["env"]) { map($0, key: "name", value: "value") }
        translation.move(from + ["files"], to: to + ["files"]) { map($0, key: "path", value: "content") }
        translation.move(from + ["secretMounts"], to: to + ["secretMounts"]) { map($0, key: "path", value: "name") }
        translation.move(from + ["annotations"], to: to + ["annotations"]) { map($0, key: "name", value: "value") }
    }

    private static func map(_ list: JSONValue, key: String, value: String) -> JSONValue {
        guard let elements = list.arrayValue else { return list }
        var members: [String: JSONValue] = [:]
        for element in elements {
            guard let name = element[key]?.stringValue, let content = element[value] else { return list }
            members[name] = content
        }
        return .object(members)
    }

    private static func moveExposure(_ translation: inout Translation) {
        if translation["type"] == nil {
            translation.set("public", at: ["exposure", "type"])
        } else {
            translation.move(["type"], to: ["exposure", "type"])
        }
        if translation["ownHost"] == true || translation["domain"] != nil {
            translation.consume("ownHost")
        }
        translation.leave(
            ["ownHost"],
            because: "every service has a host of its own; set a domain and paths to share one"
        )
        if translation["ownHost"] == true {
            translation.leave(["domain"], because: "ownHost is set, which ignored the domain")
        } else if translation["domain"]?.stringValue?.isEmpty != true {
            translation.move(["domain"], to: ["exposure", "domain"])
        } else {
            translation.consume("domain")
        }
        let hasTLSPass = translation["tlsPass"] == true
        for field in ["auth", "forwardPath", "paths", "certName", "certArn"] {
            let value = translation[field]
            if hasTLSPass, value != nil, value != false, value != .array([]) {
                translation.leave([field], because: "TLS ends at the service (tlsPass), which ignored it")
            } else {
                translation.move([field], to: ["exposure", field])
            }
        }
        for field in ["tlsPass", "ingressClassName", "removeRequestHeaders"] {
            translation.move([field], to: ["exposure", field])
        }
        translation.consume("hasCert")
    }

    private static func moveNetworkPolicy(_ translation: inout Translation) {
        translation.move(["networkPolicy", "ingressPrivate"]) { policy in
            guard let mode = policy["mode"]?.stringValue, let first = mode.first else { return policy }
            var result = policy
            result["mode"] = .string(first.uppercased() + mode.dropFirst())
            return result
        }
        translation.move(["networkPolicy", "egressPublic"]) { entries in
            guard let entries = entries.arrayValue else { return entries }
            return .array(
                entries.map { entry in
                    guard let host = entry["host"], entry["domain"] == nil else { return entry }
                    var result = entry
                    result["host"] = nil
                    result["domain"] = host
                    return result
                }
            )
        }
    }

    static func job(_ item: JSONValue, _ id: DocumentID, at base: JSONPointer) -> Translation {
        var translation = Translation(id, from: item, at: base)
        translation.consume("name")
        translation.consume("id")
        for field in [
            "type", "enabled", "runPolicy", "schedule", "script", "shell", "ttlSecondsAfterFinished", "image",
            "resources",
            "secrets", "securityContext", "podSecurityContext", "init",
        ] {
            translation.move([field])
        }
        moveMaps(&translation, from: [], to: [])
        for field in ["runAsUser", "runAsGroup", "runAsNonRoot", "fsGroup", "fsGroupChangePolicy"] {
            translation.move([field], to: ["podSecurityContext", field])
        }
        translation.leave(["nativeSecrets"], because: "it was reserved for the platform itself")
        for field in ["command", "args"] { translation.leave([field], because: "a job runs its script") }
        return translation
    }

    static func secret(_ item: JSONValue, _ id: DocumentID, at base: JSONPointer) -> Translation {
        var translation = Translation(id, from: item, at: base)
        translation.consume("name")
        translation.consume("id")
        translation.move(["type"])
        let type = translation["type"]?.stringValue ?? "generic"
        let fields = ["generic": ["entries"], "tls": ["crt", "key", "ca"]][type] ?? []
        for field in fields where translation[field]?.stringValue?.isEmpty != true { translation.move([field]) }
        for field in ["entries", "crt", "key", "ca"] where !fields.contains(field) {
            translation.leave([field], because: "a secret of type \(type) has no such field")
        }
        return translation
    }
}
