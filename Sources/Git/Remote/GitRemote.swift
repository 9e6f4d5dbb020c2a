import Concurrency
import Glibc

/// A repository of others, reached with the program `git`, which knows proxies, certificates and servers.
///
/// Each call is a child process under a deadline. It finds nothing of the hub's account: no configuration, no agent, no
/// helper, no terminal; and everything that it is told goes through its environment, so that no address and no name can be
/// taken for an option.
package struct GitRemote: Sendable {
    /// What one call may use.
    package struct Limits: Hashable, Sendable {
        package var deadline: Duration
        /// The longest pack that is taken, in bytes.
        package var packBytes: Int

        package init(deadline: Duration = .seconds(120), packBytes: Int = 512 << 20) {
            self.deadline = deadline
            self.packBytes = packBytes
        }
    }

    package let address: GitRemoteAddress
    package let branch: String
    private let credential: GitCredential
    /// The lines of a known_hosts file; for SSH.
    private let knownHosts: String
    /// A PEM of authorities besides those of the system; for HTTPS.
    private let authority: String
    /// A folder of the hub's own, for keys while a call lasts.
    private let folder: String
    private let environment: [String: String]
    private let limits: Limits

    /// - Parameters:
    ///   - address: where it is.
    ///   - branch: the one branch that is read and written.
    ///   - credential: what is shown to it.
    ///   - knownHosts: the host keys that SSH trusts, as lines of a known_hosts file.
    ///   - authority: certificates of authorities that HTTPS trusts besides the system's, in PEM.
    ///   - folder: a private folder, which is made when it is not there.
    ///   - environment: where `PATH` and proxies are taken from.
    ///   - limits: what a call may use.
    package init(
        _ address: GitRemoteAddress,
        branch: String,
        credential: GitCredential = .none,
        knownHosts: String = "",
        authority: String = "",
        folder: String,
        environment: [String: String] = [:],
        limits: Limits = Limits()
    ) {
        self.address = address
        self.branch = branch
        self.credential = credential
        self.knownHosts = knownHosts
        self.authority = authority
        self.folder = folder
        self.environment = environment
        self.limits = limits
    }

    /// The branch's full name.
    private var reference: String { "refs/heads/\(branch)" }

    // MARK: - Calls

    /// Where the branch stands; `nil` when there is none, or the repository is empty.
    ///
    /// - Throws: `GitError.Code.unreachable`, `.denied`.
    package func head() async throws -> GitObjectID? {
        let output = try await run(["ls-remote", "--quiet", "--", address.text, reference], "reading \(address)")
        for line in output.split(separator: "\n") {
            let words = line.split(separator: "\t")
            if words.count == 2, words[1] == reference, let id = GitObjectID(String(words[0])) { return id }
        }
        return nil
    }

    /// Brings the branch's commits into `repository`, under the reference `kept`.
    ///
    /// - Throws: `GitError.Code.unreachable`, `.denied`, `.notFound` when there is no such branch.
    package func fetch(into repository: GitRepository, as kept: String) async throws {
        _ = try await run(
            [
                "--git-dir=\(repository.path)", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
                "--no-recurse-submodules", "--no-auto-maintenance", "--", address.text, "+\(reference):\(kept)",
            ],
            "fetching \(branch) from \(address)"
        )
    }

    /// Moves the branch on to `commit`, which must follow what is there.
    ///
    /// - Throws: `GitError.Code.behind` when the branch has other commits, `.rejected` when the remote does not take it,
    ///   `.unreachable`, `.denied`.
    package func push(_ commit: GitObjectID, from repository: GitRepository) async throws {
        _ = try await run(
            [
                "--git-dir=\(repository.path)", "push", "--porcelain", "--no-verify", "--no-follow-tags",
                "--recurse-submodules=no", "--", address.text, "\(commit):\(reference)",
            ],
            "pushing \(branch) to \(address)"
        )
    }

    /// Packs what has piled up in `repository`.
    ///
    /// - Throws: `GitError`.
    package func tidy(_ repository: GitRepository) async throws {
        _ = try await run(["--git-dir=\(repository.path)", "gc", "--auto", "--quiet"], "packing \(repository.path)")
    }

    // MARK: - The child

    private func run(_ arguments: [String], _ action: String) async throws -> String {
        let files = try CallFiles(in: folder, credential: credential, knownHosts: knownHosts, authority: authority)
        defer { files.remove() }
        let child: PipedProcess
        do {
            child = try PipedProcess.start(
                // The one bound that git itself does not have: how much a server may send.
                ["prlimit", "--fsize=\(limits.packBytes)", "git"] + arguments,
                input: [],
                limit: 64 << 10,
                complaintLimit: 4 << 10,
                environment: .only(childEnvironment(files))
            )
        } catch {
            throw GitError(.failed, "\(action): git cannot be started: \(error.description)")
        }
        let ending: PipedProcess.Ending
        do {
            ending = try await withDeadline(limits.deadline) { try await child.ended() }
        } catch is DeadlineExceeded {
            throw GitError(.unreachable, "\(action): it did not end within \(limits.deadline)")
        }
        let output = String(decoding: ending.output, as: UTF8.self)
        guard ending.status == 0 else {
            let complaint = [ending.complaint ?? "", output.split(whereSeparator: \.isNewline).joined(separator: " ")]
            throw failure(action, ending.status, complaint.filter { !$0.isEmpty }.joined(separator: " "))
        }
        return output
    }

    private func childEnvironment(_ files: CallFiles) -> [String: String] {
        var result = [
            "PATH": environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin", "HOME": files.folder, "LC_ALL": "C",
            "XDG_CONFIG_HOME": files.folder, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": address.scheme.rawValue, "GIT_PROTOCOL_FROM_USER": "0",
            "GIT_SSH_COMMAND": files.sshCommand, "GIT_SSH_VARIANT": "ssh",
        ]
        for name in Self.proxies { result[name] = environment[name] }
        for (index, setting) in settings(files).enumerated() {
            result["GIT_CONFIG_KEY_\(index)"] = setting.key
            result["GIT_CONFIG_VALUE_\(index)"] = setting.value
        }
        result["GIT_CONFIG_COUNT"] = String(settings(files).count)
        return result
    }

    private static let proxies = [
        "http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
    ]

    private func settings(_ files: CallFiles) -> [(key: String, value: String)] {
        var settings = [
            ("core.hooksPath", "/dev/null"), ("core.askPass", "/bin/false"), ("credential.helper", ""),
            // A redirect must not lead the credential to another host.
            ("http.followRedirects", "false"), ("safe.directory", "*"), ("fetch.fsckObjects", "true"),
            ("transfer.fsckObjects", "true"), ("gc.autoDetach", "false"), ("protocol.ext.allow", "never"),
            ("submodule.recurse", "false"), ("http.lowSpeedLimit", "1"), ("http.lowSpeedTime", "30"),
        ]
        if let file = files.authorityFile { settings.append(("http.sslCAInfo", file)) }
        if case .password(let username, let password) = credential, address.scheme == .https {
            // Only for this host, and in no file and no argument.
            let basic = Base64Text.encode(Array("\(username):\(password)".utf8))
            settings.append(("http.https://\(address.authority)/.extraHeader", "Authorization: Basic \(basic)"))
        }
        return settings
    }

    // MARK: - Failures

    private func failure(_ action: String, _ status: Int32, _ complaint: String) -> GitError {
        let shown = redacted(complaint)
        let code: GitError.Code
        let next: String
        if complaint.contains("[rejected]") || complaint.contains("fetch first")
            || complaint.contains("non-fast-forward") || complaint.contains("cannot lock ref")
        {
            (code, next) = (.behind, "somebody else pushed meanwhile")
        } else if complaint.contains("[remote rejected]") || complaint.contains("pre-receive hook declined") {
            (code, next) = (.rejected, "the server does not take the push; see its rules for the branch")
        } else if complaint.contains("couldn't find remote ref") {
            (code, next) = (.notFound, "there is no such branch")
        } else if Self.denials.contains(where: complaint.contains) {
            (code, next) = (.denied, "check the address and what the hub signs in with: otomi git set")
        } else if complaint.contains("Host key verification failed") {
            (code, next) = (
                .denied,
                "the server's host key is not among those that the hub trusts: otomi git set "
                    + "--known-hosts"
            )
        } else {
            (code, next) = (.unreachable, "git ended with status \(status)")
        }
        return GitError(code, "\(action): \(next)\(shown.isEmpty ? "" : ": \(shown)")")
    }

    private static let denials = [
        "Authentication failed", "could not read Username", "could not read Password", "terminal prompts disabled",
        "unable to read askpass response", "Permission denied", "returned error: 401", "returned error: 403",
        "returned error: 404", "not found",
        "does not appear to be a git repository", "Repository not found",
    ]

    /// The complaint without anything of the credential, and short.
    private func redacted(_ complaint: String) -> String {
        var text = complaint
        if case .password(let username, let password) = credential, !password.isEmpty {
            text = text.replacing(password, with: "***")
            text = text.replacing(Base64Text.encode(Array("\(username):\(password)".utf8)), with: "***")
        }
        text = String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
        return String(text.prefix(500))
    }
}
