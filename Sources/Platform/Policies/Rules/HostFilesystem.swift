import JSON

/// Folders of the node that a pod mounts: outside the list, or writable where the list says read-only.
///
/// Without a list every folder is allowed.
struct HostFilesystem: PolicyRule {
    static let name = "psp-host-filesystem"
    static let constraintKind = "PspHostFilesystem"
    static let title = "Folders of the node are mounted from a list only"
    static let parameterSchema: [String: JSONValue] = [
        "allowedHostPaths": [
            "type": "array",
            "items": [
                "type": "object",
                "properties": ["pathPrefix": ["type": "string"], "readOnly": ["type": "boolean"]],
                "required": ["pathPrefix"],
            ],
        ]
    ]

    /// A folder with everything in it.
    struct Folder: Spec {
        let path: String
        let isReadOnly: Bool

        init(json: JSONValue) throws(JSONError) {
            path = try json.required("pathPrefix")
            isReadOnly = try json.optional("readOnly") ?? false
        }

        /// Without slashes at its end.
        var trimmed: String {
            var text = Substring(path)
            while text.hasSuffix("/") { text.removeLast() }
            return String(text)
        }

        func contains(_ other: String) -> Bool { "\(other)/".hasPrefix("\(trimmed)/") }
    }

    let folders: [Folder]

    init(json: JSONValue) throws(JSONError) {
        folders = try json.specs("allowedHostPaths")
    }

    func findings(in workload: Workload) -> [PolicyFinding] {
        guard !folders.isEmpty else { return [] }
        var findings: [PolicyFinding] = []
        for (index, volume) in (workload.pod["volumes"]?.arrayValue ?? []).enumerated() {
            guard let path = volume["hostPath"]?["path"]?.stringValue else { continue }
            let name = volume["name"]?.stringValue ?? ""
            let allowing = folders.filter { $0.contains(path) }
            if allowing.isEmpty {
                findings.append(
                    PolicyFinding(
                        pod: ["volumes", String(index), "hostPath"],
                        "volume '\(name)': '\(path)' of the node is outside of: \(listed)"
                    )
                )
            } else if allowing.allSatisfy(\.isReadOnly) {
                findings += workload.containers.filter { Self.writes(to: name, $0) }.map {
                    PolicyFinding($0, ["volumeMounts"], "'\(path)' of the node has to be mounted read-only")
                }
            }
        }
        return findings
    }

    private var listed: String { folders.map(\.path).listed }

    private static func writes(to volume: String, _ container: Workload.Container) -> Bool {
        (container.json["volumeMounts"]?.arrayValue ?? []).contains {
            $0["name"]?.stringValue == volume && $0["readOnly"]?.boolValue != true
        }
    }

    func loosenings(of platform: HostFilesystem) -> [Loosening] {
        guard !platform.folders.isEmpty else { return [] }
        guard !folders.isEmpty else {
            return [Loosening(at: ["allowedHostPaths"], "an empty list allows more than: \(platform.listed)")]
        }
        return folders.enumerated().compactMap { index, folder in
            let allowing = platform.folders.filter { $0.contains(folder.trimmed) }
            guard allowing.isEmpty || (!folder.isReadOnly && allowing.allSatisfy(\.isReadOnly)) else { return nil }
            return Loosening(
                at: ["allowedHostPaths", String(index)],
                allowing.isEmpty
                    ? "'\(folder.path)' is outside of: \(platform.listed)" : "'\(folder.path)' is read-only"
            )
        }
    }

    var conditions: [PolicyCondition] {
        guard !folders.isEmpty else { return [] }
        let paths = CEL.list(folders.map { "\($0.trimmed)/" })
        let writable = CEL.list(folders.filter { !$0.isReadOnly }.map { "\($0.trimmed)/" })
        let volumes = "(has(variables.pod.volumes) ? variables.pod.volumes : []).filter(v, has(v.hostPath))"
        let path = "(v.hostPath.path + '/')"
        let writes =
            "(has(c.volumeMounts) && c.volumeMounts.exists(m, m.name == v.name && "
            + "!(has(m.readOnly) && m.readOnly)))"
        return [
            PolicyCondition(
                expression: "\(volumes).all(v, \(paths).exists(p, \(path).startsWith(p)))",
                message: "allowed folders of the node: \(listed)"
            ),
            PolicyCondition(
                expression: "\(volumes).all(v, \(writable).exists(p, \(path).startsWith(p)) || "
                    + "!\(paths).exists(p, \(path).startsWith(p)) || variables.containers.all(c, !\(writes)))",
                message: "some folders of the node have to be mounted read-only"
            ),
        ]
    }

    static let rego = """
        folders := object.get(input.parameters, "allowedHostPaths", [])

        paths := [folder.pathPrefix | some folder in folders]

        volumes := [volume | some volume in object.get(otomi.pod, "volumes", []); volume.hostPath.path]

        violation contains {"msg": text} if {
        	count(folders) > 0
        	some volume in volumes
        	path := volume.hostPath.path
        	count(allowing(path)) == 0
        	text := concat("", ["volume '", volume.name, "': '", path, "' of the node is outside of: ", otomi.listed(paths)])
        }

        violation contains otomi.found(c, text) if {
        	some volume in volumes
        	path := volume.hostPath.path
        	count(allowing(path)) > 0
        	count([folder | some folder in allowing(path); not object.get(folder, "readOnly", false)]) == 0
        	some c in otomi.containers
        	some mount in object.get(c, "volumeMounts", [])
        	mount.name == volume.name
        	not object.get(mount, "readOnly", false)
        	text := concat("", ["'", path, "' of the node has to be mounted read-only"])
        }

        allowing(path) := [folder |
        	some folder in folders
        	startswith(concat("", [path, "/"]), concat("", [trim_right(folder.pathPrefix, "/"), "/"]))
        ]
        """
}
