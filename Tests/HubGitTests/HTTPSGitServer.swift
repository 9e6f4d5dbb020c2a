import FleetTestSupport
import Foundation
import Testing

/// A Git server over HTTPS, as others have one: git's own `http-backend` behind a small front that asks for a password.
struct HTTPSGitServer {
    /// Whether this machine has what it takes.
    static let isPossible =
        FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")
        && FileManager.default.isExecutableFile(atPath: "/usr/lib/git-core/git-http-backend")
        && ServerScript.python != nil

    static let username = "otomi"
    static let password = "tok-3n/with+signs"

    /// Where it listens, such as `https://127.0.0.1:4443`.
    let address: String
    /// The certificate that vouches for it, in PEM.
    let authority: String

    /// Serves the repositories in `folder` while `body` runs; what is below `/moved/` answers with another place.
    static func with(_ folder: String, _ body: (HTTPSGitServer) async throws -> Void) async throws {
        let (key, certificate) = ("\(folder)/server.key", "\(folder)/server.pem")
        let made = try await Program.run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=a test's git server", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out",
                certificate,
            ],
            in: URL(filePath: folder)
        )
        try #require(made.status == 0, "\(made.standardError)")
        let arguments = [folder, certificate, key, username, password]
        try await ServerScript.serve(front, arguments, in: folder) { address in
            let authority = try String(contentsOfFile: certificate, encoding: .utf8)
            try await body(HTTPSGitServer(address: address, authority: authority))
        }
    }

    private static let front = #"""
        import base64, http.server, os, ssl, subprocess, sys

        root, certificate, key, user, password = sys.argv[1:6]
        expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

        class Front(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def body(self):
                if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length") or 0))
                content = b""
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    content += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return content

            def answer(self, status, fields, content=b""):
                self.send_response(status)
                for name, value in fields:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def serve(self):
                content = self.body()
                path, _, query = self.path.partition("?")
                if self.headers.get("Authorization") != expected:
                    return self.answer(401, [("WWW-Authenticate", 'Basic realm="git"')])
                if path.startswith("/moved/"):
                    return self.answer(302, [("Location", f"https://127.0.0.1:{port}" + self.path[6:])])
                variables = {
                    "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": root, "GIT_HTTP_EXPORT_ALL": "1",
                    "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
                    "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command,
                    "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(content)),
                    "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                    "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                    "REMOTE_USER": user, "REMOTE_ADDR": self.client_address[0],
                }
                run = subprocess.run(["git", "http-backend"], input=content, env=variables, capture_output=True)
                head, _, rest = run.stdout.partition(b"\r\n\r\n")
                status, fields = 200, []
                for line in head.decode().split("\r\n"):
                    name, _, value = line.partition(": ")
                    if name == "Status":
                        status = int(value.split()[0])
                    elif name:
                        fields.append((name, value))
                self.answer(status, fields, rest)

            do_GET = do_POST = serve

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Front)
        port = server.server_address[1]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        print(f"https://127.0.0.1:{port}", flush=True)
        server.serve_forever()
        """#
}
