import JSON

/// The containers of one pod, with the volumes and ConfigMaps that they need.
struct PodDraft {
    let team: Team
    /// Labels of the ConfigMaps.
    let labels: [String: String]
    private(set) var configMaps: [Manifest] = []
    private(set) var volumes: [JSONValue] = []
    private var volumeOfSecret: [String: String] = [:]

    init(team: Team, labels: [String: String]) {
        self.team = team
        self.labels = labels
    }

    /// What changes when a ConfigMap's content does.
    ///
    /// Pods do not restart by themselves for that, so their template holds it.
    var configDigest: String? {
        guard !configMaps.isEmpty else { return nil }
        return Fingerprint(.array(configMaps.map(\.json))).hex
    }

    /// How a container gets its plain environment variables.
    enum Environment {
        /// In its own spec.
        case inline
        /// From a ConfigMap.
        case configMap
    }

    /// Adds a container, and returns it as the pod's spec lists it.
    ///
    /// Its ConfigMaps are named after `owner`, whose parts are joined by dots: no document's name has one, so no two owners
    /// share a name.
    mutating func container(
        _ spec: ContainerSpec,
        name: String,
        owner: String,
        command: [String],
        environment: Environment
    ) -> JSONValue {
        var env = secretEnvironment(spec)
        var envFrom = unlistedSecrets(spec)
        if !spec.env.isEmpty {
            switch environment {
            case .inline:
                env = spec.env.sorted { $0.key < $1.key }.map { ["name": .string($0), "value": .string($1)] } + env
            case .configMap:
                let configMap = addConfigMap("\(owner).env", spec.env)
                envFrom.insert(["configMapRef": ["name": .string(configMap)]], at: 0)
            }
        }
        let mounts = fileMounts(spec, container: name, owner: owner) + secretMounts(spec)
        return .members([
            "name": name,
            "image": spec.image.reference,
            "imagePullPolicy": spec.image.pullPolicy,
            "command": command.isEmpty ? nil : command,
            "args": spec.args.isEmpty ? nil : spec.args,
            "env": env.isEmpty ? nil : env,
            "envFrom": envFrom.isEmpty ? nil : envFrom,
            "resources": spec.resources,
            "securityContext": spec.securityContext,
            "volumeMounts": mounts.isEmpty ? nil : mounts,
        ])
    }

    // MARK: - Environment

    /// The variables of single entries, then one for every entry of every generic secret; the first of a name wins, and
    /// plain variables before all.
    private func secretEnvironment(_ spec: ContainerSpec) -> [JSONValue] {
        var taken = Set(spec.env.keys)
        var env: [JSONValue] = []
        for (name, entry) in spec.secretEnv.sorted(by: { $0.key < $1.key }) where taken.insert(name).inserted {
            env.append(Self.variable(name, secret: entry.secret, key: entry.key))
        }
        for secret in spec.secrets {
            for entry in team.secret(secret)?.entries ?? []
            where ObjectName.isEnvironmentName(entry) && taken.insert(entry).inserted {
                env.append(Self.variable(entry, secret: secret, key: entry))
            }
        }
        return env
    }

    private static func variable(_ name: String, secret: String, key: String) -> JSONValue {
        [
            "name": .string(name),
            "valueFrom": ["secretKeyRef": ["name": .string(secret), "key": .string(key)]],
        ]
    }

    /// Secrets that something else makes in the namespace: their entries are not known here, so all are taken.
    private func unlistedSecrets(_ spec: ContainerSpec) -> [JSONValue] {
        spec.secrets.filter { team.secret($0) == nil }.map { ["secretRef": ["name": .string($0)]] }
    }

    // MARK: - Files

    /// Each file is mounted by itself: mounting its folder would hide what the image has there, and could not be done
    /// for `/` or for folders inside one another.
    private mutating func fileMounts(_ spec: ContainerSpec, container: String, owner: String) -> [JSONValue] {
        guard !spec.files.isEmpty else { return [] }
        var data: [String: String] = [:]
        var mounts: [JSONValue] = []
        let volume = "\(container)-files"
        for (path, content) in spec.files.sorted(by: { $0.key < $1.key }) {
            let key = Self.configKey(ofPath: path, taken: data)
            data[key] = content
            mounts.append([
                "name": .string(volume), "mountPath": .string(path), "subPath": .string(key), "readOnly": true,
            ])
        }
        let configMap = addConfigMap("\(owner).files", data)
        volumes.append(["name": .string(volume), "configMap": ["name": .string(configMap)]])
        return mounts
    }

    /// `/etc/nginx.conf` → `etc_nginx.conf`, made different from the keys that are taken.
    static func configKey(ofPath path: String, taken: [String: String]) -> String {
        let bytes = path.utf8.drop { $0 == UInt8(ascii: "/") }.map {
            ObjectName.isConfigKeyByte($0) ? $0 : UInt8(ascii: "_")
        }
        let key = String(decoding: bytes, as: UTF8.self)
        guard ObjectName.isConfigKey(key), taken[key] == nil else {
            return "\(key.prefix(200))_\(Fingerprint(path).hex)"
        }
        return key
    }

    private mutating func secretMounts(_ spec: ContainerSpec) -> [JSONValue] {
        spec.secretMounts.sorted { $0.key < $1.key }.map { path, secret in
            let volume = volumeOfSecret[secret] ?? "secret-\(volumeOfSecret.count)"
            if volumeOfSecret.updateValue(volume, forKey: secret) == nil {
                volumes.append(["name": .string(volume), "secret": ["secretName": .string(secret)]])
            }
            return ["name": .string(volume), "mountPath": .string(path), "readOnly": true]
        }
    }

    private mutating func addConfigMap(_ name: String, _ data: [String: String]) -> String {
        configMaps.append(
            Manifest(
                .configMap,
                name,
                in: team.namespace,
                labels: labels.merging(team.labels) { own, _ in own },
                ["data": data.json]
            )
        )
        return name
    }
}
