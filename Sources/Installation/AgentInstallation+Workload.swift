import JSON

extension AgentInstallation {
    /// The port of probes and metrics.
    static let statusPort: JSONValue = 9464
    private static let account: JSONValue = 65532
    private static let tokenFolder = "/etc/otomi-agent/token"
    private static let authoritiesFolder = "/etc/otomi-agent/hub-ca"
    private static let stateFolder = "/var/lib/otomi-agent"

    /// One replica, replaced only after it has ended: two agents would fight over the inventory.
    var deployment: JSONValue {
        object(
            "apps/v1",
            "Deployment",
            Self.name,
            [
                "spec": [
                    "replicas": 1, "revisionHistoryLimit": 3, "strategy": ["type": "Recreate"],
                    "selector": ["matchLabels": Self.selector],
                    "template": [
                        "metadata": ["labels": Self.labels],
                        "spec": [
                            "serviceAccountName": .string(Self.name), "terminationGracePeriodSeconds": 30,
                            "securityContext": [
                                "runAsNonRoot": true, "runAsUser": Self.account, "runAsGroup": Self.account,
                                "fsGroup": Self.account, "seccompProfile": ["type": "RuntimeDefault"],
                            ],
                            "containers": [container], "volumes": .array(volumes),
                        ],
                    ],
                ]
            ]
        )
    }

    private var container: JSONValue {
        var container: JSONValue = [
            "name": "agent", "image": .string(image), "args": .array(arguments.map { .string($0) }),
            "ports": [["name": "metrics", "containerPort": Self.statusPort]],
            "livenessProbe": Self.probe("/livez", period: 20, failures: 6),
            "readinessProbe": Self.probe("/readyz", period: 10, failures: 3),
            "resources": ["requests": ["cpu": "50m", "memory": "32Mi"], "limits": ["memory": "128Mi"]],
            "securityContext": [
                "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": ["drop": ["ALL"]],
            ],
            "volumeMounts": .array(mounts),
        ]
        if let proxy {
            let direct = ["$(KUBERNETES_SERVICE_HOST)", noProxy].compactMap(\.self).joined(separator: ",")
            // libcurl reads the lower-case name of the one for http alone.
            container["env"] = [
                ["name": "HTTPS_PROXY", "value": .string(proxy)], ["name": "http_proxy", "value": .string(proxy)],
                ["name": "NO_PROXY", "value": .string(direct)],
            ]
        }
        return container
    }

    private var arguments: [String] {
        var words = [
            "run", "--hub", hub, "--state-dir", Self.stateFolder, "--token-file", "\(Self.tokenFolder)/token",
            "--listen", "0.0.0.0:9464",
        ]
        if authorities != nil { words += ["--hub-ca", "\(Self.authoritiesFolder)/ca.crt"] }
        if let pin { words += ["--hub-pin", pin] }
        return words
    }

    private var mounts: [JSONValue] {
        var mounts: [JSONValue] = [
            ["name": "state", "mountPath": .string(Self.stateFolder)],
            ["name": "token", "mountPath": .string(Self.tokenFolder), "readOnly": true],
        ]
        if authorities != nil {
            mounts.append(["name": "hub-ca", "mountPath": .string(Self.authoritiesFolder), "readOnly": true])
        }
        return mounts
    }

    /// The token is optional: an agent that has enrolled needs none, and its Secret may be deleted.
    private var volumes: [JSONValue] {
        let state: JSONValue =
            persistence == nil
            ? ["name": "state", "emptyDir": ["sizeLimit": "256Mi"]]
            : ["name": "state", "persistentVolumeClaim": ["claimName": .string(Self.name)]]
        var volumes: [JSONValue] = [
            state,
            [
                "name": "token",
                "secret": ["secretName": .string(Self.tokenName), "optional": true, "defaultMode": 0o440],
            ],
        ]
        if authorities != nil {
            volumes.append(["name": "hub-ca", "configMap": ["name": .string(Self.authoritiesName)]])
        }
        return volumes
    }

    private static func probe(_ path: String, period: Int64, failures: Int64) -> JSONValue {
        [
            "httpGet": ["path": .string(path), "port": "metrics"], "periodSeconds": .integer(period),
            "timeoutSeconds": 5, "failureThreshold": .integer(failures),
        ]
    }

    func volumeClaim(_ size: String) -> JSONValue {
        object(
            "v1",
            "PersistentVolumeClaim",
            Self.name,
            ["spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": .string(size)]]]]
        )
    }

    /// Lets in who asks for metrics or health, and out to DNS, the API server, the hub and the proxy.
    ///
    /// A NetworkPolicy knows no host names, and the API server is seen at its own port behind its Service's, so ports are
    /// as narrow as it can be for every cluster.
    var networkPolicy: JSONValue {
        object(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            Self.name,
            [
                "spec": [
                    "podSelector": ["matchLabels": Self.selector], "policyTypes": ["Ingress", "Egress"],
                    "ingress": [["ports": [["protocol": "TCP", "port": Self.statusPort]]]],
                    "egress": [
                        ["ports": [["protocol": "UDP", "port": 53], ["protocol": "TCP", "port": 53]]],
                        ["ports": .array(egressPorts.map { ["protocol": "TCP", "port": .integer(Int64($0))] })],
                    ],
                ]
            ]
        )
    }

    /// The ports of API servers, of the hub and of the proxy.
    package var egressPorts: [Int] {
        let others = [hub, proxy].compactMap(\.self).compactMap { HubAddress($0)?.port }
        return Set([443, 6443] + others).sorted()
    }
}
