import Glibc

/// The files that one call of `git` needs, in a folder of its own: keys that no argument may carry.
struct CallFiles {
    let folder: String
    private(set) var authorityFile: String?
    private(set) var sshCommand: String

    init(
        in parent: String,
        credential: GitCredential,
        knownHosts: String,
        authority: String
    ) throws(GitError) {
        guard mkdir(parent, 0o700) == 0 || errno == EEXIST else { throw Self.failure(parent) }
        var template = Array("\(parent)/call.XXXXXX".utf8CString)
        let isMade = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) } != nil
        }
        guard isMade else { throw Self.failure(parent) }
        folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        authorityFile = nil
        var options = ["-F", "/dev/null", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"]
        options += ["-o", "ConnectTimeout=20", "-o", "IdentityAgent=none", "-o", "IdentitiesOnly=yes"]
        options += ["-o", "UserKnownHostsFile=\(folder)/known_hosts", "-o", "GlobalKnownHostsFile=/dev/null"]
        sshCommand = (["ssh"] + options).map(Self.quoted).joined(separator: " ")
        do {
            try Self.write(knownHosts, to: "\(folder)/known_hosts")
            if case .key(let text) = credential {
                try Self.write(text.hasSuffix("\n") ? text : "\(text)\n", to: "\(folder)/key")
                sshCommand += " -i \(Self.quoted("\(folder)/key"))"
            }
            if !authority.isEmpty {
                let bundle = (try Self.systemAuthorities()) + "\n" + authority + "\n"
                try Self.write(bundle, to: "\(folder)/authorities.pem")
                authorityFile = "\(folder)/authorities.pem"
            }
        } catch {
            remove()
            throw error
        }
    }

    /// Removes them; what another program left beside stays behind in the private folder.
    func remove() {
        for name in ["known_hosts", "key", "authorities.pem"] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    /// What the system trusts already: a file of authorities replaces it, and is not added to it.
    private static func systemAuthorities() throws(GitError) -> String {
        guard let file = fopen("/etc/ssl/certs/ca-certificates.crt", "re") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < 4 << 20 {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func write(_ text: String, to path: String) throws(GitError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(path) }
            bytes = bytes.dropFirst(count)
        }
    }

    /// As a shell reads one word: git hands its SSH command to one.
    private static func quoted(_ word: String) -> String { "'\(word.replacing("'", with: "'\\''"))'" }

    private static func failure(_ path: String) -> GitError {
        GitError(.failed, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}

/// Base64 for a header; the one of the bundles is another room's.
enum Base64Text {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let chunk = bytes[start..<min(start + 3, bytes.count)]
            var value = 0
            for index in 0..<3 { value = value << 8 | (start + index < bytes.count ? Int(bytes[start + index]) : 0) }
            for index in 0..<4 {
                let letter = alphabet[value >> (18 - 6 * index) & 0x3F]
                result.append(index <= chunk.count ? letter : UInt8(ascii: "="))
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
