import JSON
import Values

/// Who hosts the zones, as the section `dns` says: how cert-manager and external-dns reach it, and with which credentials.
///
/// A leaf that is secret is never read into what a plain layer holds; there its Secret is named instead.
struct DNSProvider {
    /// The Secret with the credentials, in the namespace of whoever uses them.
    static let secretName = "dns-credentials"

    enum Name: String, CaseIterable {
        case aws
        case azure
        case google
        case other
    }

    let name: Name
    private let spec: JSONValue

    /// `nil` when there is none.
    init?(_ tree: JSONValue) {
        let providers = tree["settings"]?["dns"]?["provider"]
        guard let name = Name.allCases.first(where: { providers?[$0.rawValue]?.objectValue != nil }) else { return nil }
        self.name = name
        spec = providers?[name.rawValue] ?? .object([:])
    }

    /// The `dns01` member of an ACME solver; `nil` when the section does not suffice for one.
    var solver: JSONValue? {
        switch name {
        case .aws: ["route53": route53]
        case .azure: azureDNS.map { ["azureDNS": $0] }
        case .google: text("project").map { _ in ["cloudDNS": cloudDNS] }
        case .other: spec["cert-manager"]
        }
    }

    /// What cert-manager's Secret holds; empty without credentials, and when the values were read without them.
    var solverCredentials: [String: String] {
        switch name {
        case .aws: entries(["access-key-id": "accessKeyID", "secret-access-key": "secretAccessKey"])
        case .azure: usesManagedIdentity ? [:] : entries(["client-secret": "aadClientSecret"])
        case .google: entries(["key.json": "serviceAccountKey"])
        case .other: [:]
        }
    }

    /// What external-dns' Secret holds: the file that its provider reads.
    var recordCredentials: [String: String] {
        switch name {
        case .aws:
            let keys = entries(["id": "accessKeyID", "secret": "secretAccessKey"])
            guard let id = keys["id"], let secret = keys["secret"] else { return [:] }
            return ["credentials": "[default]\naws_access_key_id = \(id)\naws_secret_access_key = \(secret)\n"]
        case .azure: return azureFile.map { ["azure.json": $0] } ?? [:]
        case .google: return entries(["credentials.json": "serviceAccountKey"])
        case .other: return [:]
        }
    }

    // MARK: - Solvers

    private var route53: JSONValue {
        let hasKeys = spec["accessKeyID"] != nil && spec["secretAccessKey"] != nil
        return .members([
            "region": text("region"),
            "role": text("role"),
            "accessKeyIDSecretRef": hasKeys ? Self.reference("access-key-id") : nil,
            "secretAccessKeySecretRef": hasKeys ? Self.reference("secret-access-key") : nil,
        ])
    }

    private var azureDNS: JSONValue? {
        guard let group = text("resourceGroup"), let subscription = text("subscriptionId") else { return nil }
        var solver: JSONValue = .members([
            "resourceGroupName": group,
            "subscriptionID": subscription,
            "hostedZoneName": text("hostedZoneName"),
            "environment": text("cloud"),
        ])
        if usesManagedIdentity {
            // Without a client id it is the identity of the node.
            solver["managedIdentity"] = text("userAssignedIdentityID").map { ["clientID": .string($0)] } ?? [:]
        } else {
            solver["clientID"] = text("aadClientId").map { .string($0) }
            solver["tenantID"] = text("tenantId").map { .string($0) }
            solver["clientSecretSecretRef"] = Self.reference("client-secret")
        }
        return solver
    }

    private var cloudDNS: JSONValue {
        .members([
            "project": text("project"),
            "serviceAccountSecretRef": spec["serviceAccountKey"] == nil ? nil : Self.reference("key.json"),
        ])
    }

    // MARK: - Reading

    private var usesManagedIdentity: Bool { spec["useManagedIdentityExtension"]?.boolValue ?? false }

    /// The configuration file of Azure's clients; `nil` when it would lack its secret.
    private var azureFile: String? {
        var file: JSONValue = .members([
            "cloud": text("cloud"),
            "tenantId": text("tenantId"),
            "subscriptionId": text("subscriptionId"),
            "resourceGroup": text("resourceGroup"),
        ])
        if usesManagedIdentity {
            file["useManagedIdentityExtension"] = true
            file["userAssignedIdentityID"] = text("userAssignedIdentityID").map { .string($0) }
        } else {
            guard let secret = text("aadClientSecret") else { return nil }
            file["aadClientId"] = text("aadClientId").map { .string($0) }
            file["aadClientSecret"] = .string(secret)
        }
        return String(decoding: file.serialized(), as: UTF8.self)
    }

    private func text(_ key: String) -> String? { spec[key]?.stringValue }

    private func entries(_ keys: [String: String]) -> [String: String] { keys.compactMapValues { text($0) } }

    private static func reference(_ key: String) -> JSONValue {
        ["name": .string(secretName), "key": .string(key)]
    }
}
