import JSON

/// The defaults that the API server fills into built-in kinds, as far as clients see them.
enum Defaults {
    static func fill(_ object: JSONValue, kind: String) -> JSONValue {
        var result = object
        switch kind {
        case "Secret": fillSecret(&result)
        case "Service": fillService(&result)
        case "Pod": change(&result, "spec") { fillPod(&$0) }
        case "Deployment":
            change(&result, "spec") { spec in
                set(&spec, ["replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600])
                change(&spec, "strategy") { strategy in
                    set(&strategy, ["type": "RollingUpdate"])
                    guard strategy["type"] == "RollingUpdate" else { return }
                    change(&strategy, "rollingUpdate") { set(&$0, ["maxUnavailable": "25%", "maxSurge": "25%"]) }
                }
                fillTemplate(&spec)
            }
        case "StatefulSet":
            change(&result, "spec") { spec in
                set(&spec, ["replicas": 1, "revisionHistoryLimit": 10, "podManagementPolicy": "OrderedReady"])
                fillTemplate(&spec)
            }
        case "DaemonSet":
            change(&result, "spec") { spec in
                set(&spec, ["revisionHistoryLimit": 10])
                fillTemplate(&spec)
            }
        case "ReplicaSet": change(&result, "spec") { set(&$0, ["replicas": 1]) }
        case "Job": fillJob(&result)
        case "CronJob":
            change(&result, "spec") { spec in
                set(
                    &spec,
                    [
                        "concurrencyPolicy": "Allow", "suspend": false, "successfulJobsHistoryLimit": 3,
                        "failedJobsHistoryLimit": 1,
                    ]
                )
                change(&spec, "jobTemplate") { template in change(&template, "spec") { fillTemplate(&$0) } }
            }
        case "NetworkPolicy":
            change(&result, "spec") { spec in
                guard spec["policyTypes"] == nil else { return }
                spec["policyTypes"] = spec["egress"] == nil ? ["Ingress"] : ["Ingress", "Egress"]
            }
        case "PersistentVolumeClaim": change(&result, "spec") { set(&$0, ["volumeMode": "Filesystem"]) }
        case "RoleBinding", "ClusterRoleBinding": fillSubjects(&result)
        default: break
        }
        return result
    }

    private static func fillSecret(_ secret: inout JSONValue) {
        set(&secret, ["type": "Opaque"])
        guard let texts = secret["stringData"]?.objectValue else { return }
        var data = secret["data"] ?? [:]
        for (key, text) in texts { data[key] = .string(Base64.encode(Array((text.stringValue ?? "").utf8))) }
        secret["data"] = data
        secret["stringData"] = nil
    }

    private static func fillService(_ service: inout JSONValue) {
        change(&service, "spec") { spec in
            set(&spec, ["type": "ClusterIP", "sessionAffinity": "None"])
            change(each: &spec, "ports") { port in
                set(&port, ["protocol": "TCP"])
                if port["targetPort"] == nil { port["targetPort"] = port["port"] }
            }
        }
    }

    private static func fillJob(_ job: inout JSONValue) {
        let uid = job["metadata"]?["uid"]
        change(&job, "spec") { spec in
            set(&spec, ["backoffLimit": 6, "completions": 1, "parallelism": 1])
            fillTemplate(&spec)
            guard let uid, spec["selector"] == nil else { return }
            spec["selector"] = ["matchLabels": ["controller-uid": uid]]
        }
    }

    private static func fillSubjects(_ binding: inout JSONValue) {
        change(each: &binding, "subjects") { subject in
            guard let kind = subject["kind"]?.stringValue, kind != "ServiceAccount" else { return }
            set(&subject, ["apiGroup": "rbac.authorization.k8s.io"])
        }
    }

    private static func fillTemplate(_ spec: inout JSONValue) {
        change(&spec, "template") { template in change(&template, "spec") { fillPod(&$0) } }
    }

    private static func fillPod(_ pod: inout JSONValue) {
        set(
            &pod,
            [
                "restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler",
                "terminationGracePeriodSeconds": 30, "securityContext": [:],
            ]
        )
        if let account = pod["serviceAccountName"], pod["serviceAccount"] == nil { pod["serviceAccount"] = account }
        for list in ["containers", "initContainers"] {
            change(each: &pod, list) { container in
                let image = container["image"]?.stringValue ?? ""
                let isLatest = image.hasSuffix(":latest") || !(image.split(separator: "/").last ?? "").contains(":")
                set(
                    &container,
                    [
                        "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
                        "imagePullPolicy": isLatest ? "Always" : "IfNotPresent", "resources": [:],
                    ]
                )
                change(each: &container, "ports") { set(&$0, ["protocol": "TCP"]) }
            }
        }
    }

    // MARK: - Steps

    /// Sets the members that are missing.
    private static func set(_ object: inout JSONValue, _ members: [String: JSONValue]) {
        for (key, value) in members where object[key] == nil || object[key]?.isNull == true { object[key] = value }
    }

    /// Changes the member `key`, which is made when it is missing.
    private static func change(_ object: inout JSONValue, _ key: String, _ body: (inout JSONValue) -> Void) {
        var member = object[key] ?? [:]
        guard member.objectValue != nil else { return }
        body(&member)
        object[key] = member
    }

    /// Changes each element of the list `key`, if there is one.
    private static func change(each object: inout JSONValue, _ key: String, _ body: (inout JSONValue) -> Void) {
        guard let elements = object[key]?.arrayValue else { return }
        object[key] = .array(
            elements.map { element in
                var element = element
                body(&element)
                return element
            }
        )
    }
}

/// The base64 alphabet of RFC 4648, as Secrets use it.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for byte in group { bits = bits << 8 | UInt32(byte) }
            bits <<= UInt32(8 * (3 - group.count))
            for index in 0..<4 {
                let digit = Int(bits >> UInt32(18 - 6 * index) & 0x3F)
                result.append(index <= group.count ? alphabet[digit] : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
