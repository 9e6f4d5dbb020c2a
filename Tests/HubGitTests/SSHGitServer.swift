import FleetTestSupport
import Foundation
import Glibc
import Testing

/// A Git server over SSH, as others have one: OpenSSH's `sshd`, which starts git's own programs.
struct SSHGitServer {
    /// Whether this machine has what it takes.
    static let isPossible =
        FileManager.default.isExecutableFile(atPath: sshd)
        && FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen") && ServerScript.python != nil

    private static let sshd = "/usr/sbin/sshd"

    /// Where it listens and who signs in, such as `ssh://ann@127.0.0.1:4022`.
    let address: String
    /// The line of a known_hosts file that vouches for it.
    let knownHosts: String
    /// A private key that it takes.
    let key: String
    /// A private key that it does not take.
    let strangeKey: String
    /// A line that vouches for another server at its address.
    let strangeHosts: String

    /// Serves the repositories of this machine while `body` runs.
    static func with(_ folder: String, _ body: (SSHGitServer) async throws -> Void) async throws {
        for name in ["host", "other-host", "user", "other-user"] { try await makeKey(name, in: folder) }
        let user = NSUserName()
        let configuration = """
            HostKey \(folder)/host
            AuthorizedKeysFile \(folder)/user.pub
            AllowUsers \(user)
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            UsePAM no
            StrictModes no
            PidFile none
            SetEnv GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
            """
        try configuration.write(toFile: "\(folder)/sshd_config", atomically: true, encoding: .utf8)
        let text = { (name: String) in try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) }
        try await ServerScript.serve(front, [sshd, "\(folder)/sshd_config", String(geteuid())], in: folder) { port in
            try await body(
                SSHGitServer(
                    address: "ssh://\(user)@127.0.0.1:\(port)",
                    knownHosts: "[127.0.0.1]:\(port) \(try text("host.pub"))",
                    key: try text("user"),
                    strangeKey: try text("other-user"),
                    strangeHosts: "[127.0.0.1]:\(port) \(try text("other-host.pub"))"
                )
            )
        }
    }

    private static func makeKey(_ name: String, in folder: String) async throws {
        let made = try await Program.run(
            "/usr/bin/ssh-keygen",
            ["-q", "-t", "ed25519", "-N", "", "-C", "a test's \(name)", "-f", "\(folder)/\(name)"],
            in: URL(filePath: folder)
        )
        try #require(made.status == 0, "\(made.standardError)")
    }

    /// Listens on a port that the system chooses, which `sshd` itself cannot tell.
    private static let front = #"""
        import os, socketserver, subprocess, sys

        sshd, configuration, user = sys.argv[1:4]
        if user == "0":
            # Where sshd locks in its part without privileges; what starts it as a service makes the folder too.
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)

        class Session(socketserver.BaseRequestHandler):
            def handle(self):
                subprocess.run([sshd, "-i", "-e", "-f", configuration], stdin=self.request, stdout=self.request)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        with Server(("127.0.0.1", 0), Session) as server:
            print(server.server_address[1], flush=True)
            server.serve_forever()
        """#
}
