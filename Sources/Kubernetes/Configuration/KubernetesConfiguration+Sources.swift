import HTTPTransport
import JSON
import YAML

extension KubernetesConfiguration {
    /// Reads a kubeconfig file (YAML or JSON) and takes `context`, or its current one.
    ///
    /// - Throws: `KubernetesError` with code `configuration`: what cannot be read or used, and what to do.
    package static func kubeConfig(file: String, context: String? = nil) throws(KubernetesError) -> Self {
        try loadKubeConfig(file: file).configuration(context: context)
    }

    /// Reads a kubeconfig file with all its contexts.
    ///
    /// - Throws: `KubernetesError` with code `configuration` when it cannot be read.
    package static func loadKubeConfig(file: String) throws(KubernetesError) -> KubeConfig {
        let bytes = try FileContent.read(file)
        let folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
        return KubeConfig(try parse(bytes, file: file), folder: folder.isEmpty ? "/" : folder)
    }

    /// What a pod is given: the service account's token and authority, and the API server's address.
    ///
    /// - Throws: `KubernetesError` with code `configuration` when this is no pod with a service account.
    package static func inCluster(
        environment: [String: String],
        folder: String = "/var/run/secrets/kubernetes.io/serviceaccount"
    ) throws(KubernetesError) -> Self {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"], !port.isEmpty
        else {
            throw KubernetesError(
                .configuration,
                "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is no pod; name a kubeconfig"
            )
        }
        let namespace = (try? FileContent.read("\(folder)/namespace")).map { String(decoding: $0, as: UTF8.self) }
        return KubernetesConfiguration(
            server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)",
            tls: TLSConfiguration(authoritiesPEM: try FileContent.read("\(folder)/ca.crt")),
            credentials: .tokenFile("\(folder)/token"),
            namespace: namespace?.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? "default"
        )
    }

    private static func parse(_ bytes: [UInt8], file: String) throws(KubernetesError) -> JSONValue {
        do throws(YAMLError) {
            return try YAML.document(in: bytes)
        } catch {
            throw KubernetesError(.configuration, "the kubeconfig \(file) is no YAML: \(error)")
        }
    }
}
