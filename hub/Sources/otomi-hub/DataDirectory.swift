import Glibc

/// The folder with the hub's keys and its private database; one hub at a time owns it.
struct DataDirectory {
    /// The folder cannot be used.
    struct Unusable: Error, CustomStringConvertible {
        let description: String
    }

    let path: String
    /// Held open for the life of the process: the lock goes with the process, however it ends.
    private let lock: Int32

    /// Makes the folder if it is not there, and locks it.
    ///
    /// - Throws: `Unusable` when it cannot be made or written, or when another hub has it.
    init(_ path: String) throws(Unusable) {
        self.path = path
        var current = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            current += "\(part)/"
            // 0711: the account that a root-started hub runs PostgreSQL as must be able to walk through.
            guard mkdir(current, 0o711) == 0 || errno == EEXIST || errno == EISDIR else {
                throw Self.failure("cannot make the data directory \(path)")
            }
        }
        let file = "\(path)/hub.lock"
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("cannot write to the data directory \(path)") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Unusable(
                description: "another hub is running in \(path); stop it first, or choose another --data-dir"
            )
        }
        lock = descriptor
    }

    /// The path of a file in the folder.
    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The text of a file without its line break; `nil` when the file is not there.
    func text(of name: String) throws(Unusable) -> String? {
        let descriptor = open(file(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw Self.failure("cannot read \(file(name))")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        let count = read(descriptor, &bytes, bytes.count)
        guard count >= 0 else { throw Self.failure("cannot read \(file(name))") }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    /// Writes a file whole or not at all, so that no reader and no crash finds half of it.
    func write(_ bytes: [UInt8], to name: String, mode: mode_t) throws(Unusable) {
        let temporary = file(".\(name).new")
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw Self.failure("cannot write \(temporary)") }
        let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        let isSynced = written == bytes.count && fsync(descriptor) == 0
        close(descriptor)
        guard isSynced, rename(temporary, file(name)) == 0 else { throw Self.failure("cannot write \(file(name))") }
    }

    private static func failure(_ what: String) -> Unusable {
        Unusable(description: "\(what): \(String(cString: strerror(errno)))")
    }
}
