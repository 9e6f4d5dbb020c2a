import HTTPTransport
package import JSON

/// A kubeconfig: clusters, users, and contexts that join them.
package struct KubeConfig: Sendable {
    private let json: JSONValue
    /// Against which relative file names are read.
    private let folder: String

    /// Takes a parsed kubeconfig; relative file names in it are read from `folder`.
    package init(_ json: JSONValue, folder: String = ".") {
        self.json = json
        self.folder = folder
    }

    /// The names of all contexts, sorted.
    package var contexts: [String] {
        (json["contexts"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }.sorted()
    }

    /// The configuration of `context`, or of the current one.
    ///
    /// - Throws: `KubernetesError` with code `configuration`, naming the entry that is missing or cannot be used.
    package func configuration(context: String? = nil) throws(KubernetesError) -> KubernetesConfiguration {
        guard let name = context ?? json["current-context"]?.stringValue, !name.isEmpty else {
            throw Self.error("the kubeconfig has no current-context; name one of: \(contexts.joined(separator: ", "))")
        }
        let entry = try entry(name, in: "contexts", member: "context")
        guard let clusterName = entry["cluster"]?.stringValue else {
            throw Self.error("context \(name) of the kubeconfig names no cluster")
        }
        let cluster = try self.entry(clusterName, in: "clusters", member: "cluster")
        guard let server = cluster["server"]?.stringValue, !server.isEmpty else {
            throw Self.error("cluster \(clusterName) of the kubeconfig has no server")
        }
        let userName = entry["user"]?.stringValue ?? ""
        let user = userName.isEmpty ? .null : try self.entry(userName, in: "users", member: "user")
        if cluster["tls-server-name"] != nil {
            throw Self.error("cluster \(clusterName) of the kubeconfig has a tls-server-name, which is not supported")
        }
        return KubernetesConfiguration(
            server: server.contains("://") ? server : "https://\(server)",
            tls: TLSConfiguration(
                authoritiesPEM: try content(of: "certificate-authority", in: cluster),
                identity: try identity(user, named: userName),
                verifiesServer: !(cluster["insecure-skip-tls-verify"]?.boolValue ?? false)
            ),
            credentials: try credentials(user, named: userName),
            namespace: entry["namespace"]?.stringValue ?? "default",
            context: name
        )
    }

    // MARK: - Users

    private func identity(_ user: JSONValue, named name: String) throws(KubernetesError) -> TLSConfiguration.Identity? {
        let certificate = try content(of: "client-certificate", in: user)
        let key = try content(of: "client-key", in: user)
        switch (certificate, key) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return TLSConfiguration.Identity(certificatePEM: certificate, keyPEM: key)
        default: throw Self.error("user \(name) of the kubeconfig needs both client-certificate and client-key")
        }
    }

    private func credentials(
        _ user: JSONValue,
        named name: String
    ) throws(KubernetesError) -> KubernetesConfiguration.Credentials {
        for plugin in ["exec", "auth-provider"] where !(user[plugin] ?? .null).isNull {
            throw Self.error(
                "user \(name) of the kubeconfig gets its credentials from a plugin (\(plugin)), which is not supported; "
                    + "use a service account's token instead (kubectl create token)"
            )
        }
        if let token = user["token"]?.stringValue, !token.isEmpty { return .token(token) }
        if let file = user["tokenFile"]?.stringValue, !file.isEmpty { return .tokenFile(path(file)) }
        if let login = user["username"]?.stringValue, !login.isEmpty {
            return .basic(user: login, password: user["password"]?.stringValue ?? "")
        }
        return .none
    }

    // MARK: - Entries and files

    private func entry(_ name: String, in list: String, member: String) throws(KubernetesError) -> JSONValue {
        let entries = json[list]?.arrayValue ?? []
        guard let found = entries.first(where: { $0["name"]?.stringValue == name }), let value = found[member] else {
            let known = entries.compactMap { $0["name"]?.stringValue }.sorted().joined(separator: ", ")
            throw Self.error("the kubeconfig has no \(member) \(name) among its \(list): \(known)")
        }
        return value
    }

    /// The bytes of `member-data`, or of the file that `member` names; the data wins, as kubectl has it.
    private func content(of member: String, in value: JSONValue) throws(KubernetesError) -> [UInt8]? {
        if let text = value["\(member)-data"]?.stringValue, !text.isEmpty {
            guard let bytes = Base64.decoded(text) else {
                throw Self.error("\(member)-data of the kubeconfig is no Base64")
            }
            return bytes
        }
        guard let file = value[member]?.stringValue, !file.isEmpty else { return nil }
        return try FileContent.read(path(file))
    }

    private func path(_ file: String) -> String { file.hasPrefix("/") ? file : "\(folder)/\(file)" }

    private static func error(_ message: String) -> KubernetesError { KubernetesError(.configuration, message) }
}
