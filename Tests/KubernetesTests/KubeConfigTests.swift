import Glibc
import HTTPTransport
import JSON
import Kubernetes
import Testing

@Suite
struct KubeConfigTests {
    private static func config(cluster: JSONValue, user: JSONValue) -> KubeConfig {
        KubeConfig(
            [
                "current-context": "main",
                "contexts": [
                    ["name": "main", "context": ["cluster": "c", "user": "u", "namespace": "n"]],
                    ["name": "other", "context": ["cluster": "c"]], ["name": "lost", "context": ["cluster": "gone"]],
                ],
                "clusters": [["name": "c", "cluster": cluster]], "users": [["name": "u", "user": user]],
            ]
        )
    }

    @Test
    func `certificates and token come from the file`() throws {
        let config = Self.config(
            cluster: ["server": "https://a:6443/", "certificate-authority-data": "Y2E="],
            user: ["client-certificate-data": "Y2VydA==", "client-key-data": "a2V5\n", "token": "t"]
        )
        let main = try config.configuration()
        #expect(main.server == "https://a:6443")
        #expect(main.namespace == "n" && main.context == "main")
        #expect(main.tls.authoritiesPEM == Array("ca".utf8))
        #expect(main.tls.identity?.certificatePEM == Array("cert".utf8))
        #expect(main.tls.identity?.keyPEM == Array("key".utf8))
        #expect(main.tls.verifiesServer)
        #expect(main.credentials == .token("t"))
        let other = try config.configuration(context: "other")
        #expect(other.namespace == "default" && other.tls.identity == nil && other.credentials == .none)
        #expect(config.contexts == ["lost", "main", "other"])
    }

    @Test(
        arguments: [
            (["token": "a", "tokenFile": "/b"], .token("a")),
            (["tokenFile": "/b"], .tokenFile("/b")), (["tokenFile": "b"], .tokenFile("./b")),
            (["username": "a", "password": "b"], .basic(user: "a", password: "b")), ([:], .none),
        ] as [(JSONValue, KubernetesConfiguration.Credentials)]
    )
    func `credentials are taken in kubectl's order`(
        user: JSONValue,
        credentials: KubernetesConfiguration.Credentials
    ) throws {
        let config = Self.config(cluster: ["server": "http://a"], user: user)
        #expect(try config.configuration().credentials == credentials)
    }

    @Test(
        arguments: [
            (["server": "x"], ["exec": ["command": "aws"]], "main", "plugin (exec)"),
            (["server": "x"], ["auth-provider": ["name": "gcp"]], "main", "plugin (auth-provider)"),
            (["server": "x"], ["client-key-data": "YQ=="], "main", "needs both client-certificate and client-key"),
            ([:], [:], "main", "cluster c of the kubeconfig has no server"),
            (
                ["server": "x", "certificate-authority-data": "?"], [:], "main",
                "certificate-authority-data of the kubeconfig is no"
            ),
            (
                ["server": "x", "certificate-authority": "/no/such"], [:], "main",
                "/no/such cannot be read: No such file"
            ),
            (["server": "x"], [:], "lost", "has no cluster gone among its clusters: c"),
            (["server": "x"], [:], "none", "has no context none among its contexts: lost, main, other"),
        ] as [(JSONValue, JSONValue, String, String)]
    )
    func `what cannot be used is named`(cluster: JSONValue, user: JSONValue, context: String, message: String) {
        let config = Self.config(cluster: cluster, user: user)
        let error = #expect(throws: KubernetesError.self) { try config.configuration(context: context) }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains(message) == true)
    }

    @Test
    func `a kubeconfig file is YAML, and its file names are relative to it`() throws {
        try withFolder { folder in
            try write("ca", to: "\(folder)/ca.crt")
            try write(
                """
                apiVersion: v1
                kind: Config
                current-context: a
                clusters: [{name: c, cluster: {server: "https://a", certificate-authority: ca.crt}}]
                contexts:
                  - name: a
                    context: {cluster: c, user: ""}
                """,
                to: "\(folder)/config"
            )
            let configuration = try KubernetesConfiguration.kubeConfig(file: "\(folder)/config")
            #expect(configuration.tls.authoritiesPEM == Array("ca".utf8))
        }
    }

    @Test
    func `in a cluster, address and files come from the pod`() throws {
        try withFolder { folder in
            try write("ca", to: "\(folder)/ca.crt")
            try write("otomi\n", to: "\(folder)/namespace")
            let configuration = try KubernetesConfiguration.inCluster(
                environment: ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"],
                folder: folder
            )
            #expect(configuration.server == "https://[fd00::1]:443")
            #expect(configuration.namespace == "otomi")
            #expect(configuration.credentials == .tokenFile("\(folder)/token"))
        }
        let error = #expect(throws: KubernetesError.self) { try KubernetesConfiguration.inCluster(environment: [:]) }
        #expect(error?.message.contains("this is no pod") == true)
    }

    private func withFolder(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/otomi-kubeconfig-XXXXXX".utf8CString)
        let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
        defer {
            for name in ["ca.crt", "config", "namespace"] { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
        try body(folder)
    }

    private func write(_ text: String, to path: String) throws {
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
    }
}
