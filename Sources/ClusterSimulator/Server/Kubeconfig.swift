package import JSON
import YAML

/// Text of kubeconfig files for simulated and test clusters.
package struct Kubeconfig: Sendable {
    /// One cluster and who uses it.
    package struct Context: Sendable {
        package var name: String
        package var server: String
        package var token: String?
        /// PEM of the certificate authority; `nil` for plain HTTP.
        package var authority: [UInt8]?

        package init(name: String, server: String, token: String? = nil, authority: [UInt8]? = nil) {
            self.name = name
            self.server = server
            self.token = token
            self.authority = authority
        }
    }

    private let contexts: [Context]

    /// A file with a context for each cluster; the first is current.
    package init(_ contexts: [Context]) {
        self.contexts = contexts
    }

    package var json: JSONValue {
        [
            "apiVersion": "v1", "kind": "Config", "preferences": [:],
            "current-context": .string(contexts.first?.name ?? ""),
            "clusters": .array(
                contexts.map { context in
                    var cluster: JSONValue = ["server": .string(context.server)]
                    if let authority = context.authority {
                        cluster["certificate-authority-data"] = .string(Base64.encode(authority))
                    }
                    return ["name": .string(context.name), "cluster": cluster]
                }
            ),
            "users": .array(
                contexts.map { context in
                    ["name": .string(context.name), "user": context.token.map { ["token": .string($0)] } ?? [:]]
                }
            ),
            "contexts": .array(
                contexts.map { context in
                    [
                        "name": .string(context.name),
                        "context": ["cluster": .string(context.name), "user": .string(context.name)],
                    ]
                }
            ),
        ]
    }

    /// The file's text.
    package var text: String { YAML.text(of: json) }
}
