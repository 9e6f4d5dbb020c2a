import JSON
package import Values

/// Every type of service, exposed in every way with every option, and the other things that a team has.
package enum ServiceMatrix {
    private static let container: JSONValue = [
        "image": ["repository": "nginx", "tag": "1.27.3"],
        "resources": [
            "requests": ["cpu": "50m", "memory": "64Mi"], "limits": ["cpu": "100m", "memory": "128Mi"],
        ],
    ]

    private static let workloads: [(name: String, spec: JSONValue)] = [
        ("svc", ["predeployed": "service", "port": 8080]),
        ("kpre", ["predeployed": "knative"]),
        (
            "ksvc",
            [
                "container": container.merging([
                    "env": ["LOG": "info"], "secrets": ["settings"], "files": ["/etc/app.conf": "a=b"],
                    "secretEnv": ["PASSWORD": ["secret": "settings", "key": "db.password"]],
                    "secretMounts": ["/etc/settings": "settings"], "command": ["run"], "args": ["-v"],
                    "containerPort": 8080, "scaleToZero": true,
                    "securityContext": ["runAsUser": 1001, "readOnlyRootFilesystem": true],
                    "annotations": ["autoscaling.knative.dev/target": "10"],
                ])
            ]
        ),
    ]

    private static let options: [(name: String, exposure: JSONValue)] = [
        ("plain", [:]), ("auth", ["auth": true]), ("pass", ["tlsPass": true]), ("paths", ["paths": ["/a", "/b"]]),
        ("forward", ["paths": ["/a"], "forwardPath": true]), ("cert", ["certName": "own"]),
        ("arn", ["certArn": "arn:aws:acm:eu-central-1:1:certificate/a"]), ("class", [:]),
        ("cname", ["cname": ["tlsSecretName": "own"]]),
        ("split", ["trafficControl": ["enabled": true, "weightV1": 80, "weightV2": 20]]),
        (
            "headers",
            [
                "headers": ["request": ["set": ["A": "b"], "remove": ["C"]], "response": ["set": ["D": "e"]]],
                "removeRequestHeaders": ["X-Secret"],
            ]
        ),
    ]

    /// The documents of a cluster that routes in `style`, with a team for each type of service.
    package static func documents(style: String) -> [Document] {
        let clusterID = DocumentID(kind: .cluster, scope: .cluster("one"), name: "one")
        let classes: JSONValue = [["className": "net-public"], ["className": "net-private", "network": "private"]]
        let settings: [(name: String, spec: JSONValue)] = [
            ("ingress", ["routing": .string(style), "classes": classes]),
            ("dns", ["zones": ["shop.example"]]),
            ("otomi", ["installsApps": false]),
        ]
        return [Document(id: clusterID, spec: ["domainSuffix": "d.example"])]
            + settings.map { Document(id: DocumentID(kind: .settings, name: $0.name), spec: $0.spec) }
            + workloads.flatMap { team($0.name) + services(of: $0.name, $0.spec) }
    }

    private static func team(_ team: String) -> [Document] {
        let secrets: [(name: String, spec: JSONValue)] = [
            ("settings", ["entries": ["TOKEN", "db.password"]]), ("own", ["type": "tls", "ca": "ca.crt"]),
            ("pull", ["type": "docker-registry"]),
        ]
        return [Document(id: DocumentID(kind: .team, name: team), spec: ["password": "p"])]
            + secrets.map { Document(id: DocumentID(kind: .secret, team: team, name: $0.name), spec: $0.spec) }
            + jobs.map { Document(id: DocumentID(kind: .job, team: team, name: $0.name), spec: $0.spec) }
    }

    private static func services(of team: String, _ workload: JSONValue) -> [Document] {
        var documents: [Document] = []
        for reach in ["cluster", "private", "public"] {
            // Knative splits by itself.
            for option in options where option.name != "split" || team == "svc" {
                for host in ["", "own"] {
                    let name = "\(reach.prefix(3))-\(option.name)\(host)"
                    var exposure = option.exposure.merging(["type": .string(reach)])
                    if host == "own" { exposure["domain"] = .string("\(name).\(team).shop.example") }
                    if option.name == "cname" {
                        exposure["cname"]?["domain"] = .string("\(name).\(team).shop.example.org")
                    }
                    if option.name == "class" { exposure["ingressClassName"] = .string("net-\(reach)") }
                    if reach == "cluster" { exposure = ["type": "cluster"] }
                    let network: JSONValue = [
                        "ingressPrivate": ["mode": "AllowOnly", "allow": [["team": .string(team)]]],
                        "egressPublic": [
                            ["domain": "a.example"],
                            ["domain": "*.b.example", "ports": [["number": 8443, "protocol": "TCP"]]],
                            ["domain": "1.2.3.4"], ["domain": "ae::1"],
                        ],
                    ]
                    let spec = workload.merging(["exposure": exposure, "networkPolicy": network])
                    documents.append(Document(id: DocumentID(kind: .service, team: team, name: name), spec: spec))
                }
            }
        }
        return documents
    }

    private static let jobs: [(name: String, spec: JSONValue)] = [
        ("once", container.merging(["script": "true"])),
        ("always", container.merging(["script": "true", "runPolicy": "Always", "ttlSecondsAfterFinished": 60])),
        ("nightly", container.merging(["script": "true", "type": "CronJob", "schedule": "@daily"])),
        (
            "everything",
            container.merging([
                "script": "echo", "shell": "/bin/bash", "env": ["A": "b"], "files": ["/a": "b"],
                "secrets": ["settings"], "secretMounts": ["/s": "settings"], "annotations": ["a.example/b": "c"],
                "securityContext": ["runAsUser": 1002], "podSecurityContext": ["fsGroup": 1002],
                "init": [container.merging(["script": "true", "env": ["C": "d"]])],
            ])
        ),
    ]
}
