import Glibc
import JSON

/// The file with the contexts of a person: `~/.config/otomi/config.json`, or under `XDG_CONFIG_HOME`.
///
/// It holds secrets, so it is written whole or not at all, for its owner only, and is not believed when others can read or
/// change it.
struct ContextFile: Sendable {
    /// What stands in the file.
    struct Contents: Sendable {
        var contexts: [HubContext] = []
        /// The context of shells that have chosen none.
        var standard: String?

        func context(_ name: String) -> HubContext? { contexts.first { $0.name == name } }

        /// Adds a context, or replaces the one of its name.
        mutating func put(_ context: HubContext) {
            contexts.removeAll { $0.name == context.name }
            contexts.append(context)
            contexts.sort { $0.name < $1.name }
        }

        mutating func remove(_ name: String) {
            contexts.removeAll { $0.name == name }
            if standard == name { standard = nil }
        }
    }

    private static let limit = 1 << 20

    let path: String

    /// The file of whoever has this environment; `nil` when it names no home.
    init?(environment: [String: String]) {
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            path = "\(folder)/otomi/config.json"
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            path = "\(home)/.config/otomi/config.json"
        } else {
            return nil
        }
    }

    /// What stands in it; nothing when there is no such file.
    ///
    /// - Throws: `CommandFailure` when others can read it, or it cannot be understood.
    func read() throws -> Contents {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT else { throw FileReader.failure(path, errno) }
            return Contents()
        }
        guard status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
            throw CommandFailure(
                .notAllowed,
                "\(path) holds secrets and is not yours alone. If you trust what is in it: chmod 600 \(path)"
            )
        }
        do {
            let json = try JSONValue(parsing: try FileReader.read(path, limit: Self.limit))
            return Contents(
                contexts: try json.optional("contexts") ?? [],
                standard: try json.optional("current")
            )
        } catch let error as JSONError {
            throw CommandFailure(.invalid, "\(path) is damaged: \(error). Correct it, or remove it and sign in again")
        }
    }

    /// Reads, changes and writes it, while no other command does.
    ///
    /// - Throws: `CommandFailure` when it cannot be read or written.
    func change(_ change: (inout Contents) throws -> Void) throws {
        let lock = try lock()
        defer { lock.release() }
        try changeLocked(change)
    }

    /// Waits until no other command changes the file, and keeps them from it.
    ///
    /// - Throws: `CommandFailure` when the lock cannot be made.
    func lock() throws -> FileLock {
        try makeFolder()
        return try FileLock(path + ".lock")
    }

    /// Reads, changes and writes it, for whoever holds its lock.
    ///
    /// - Throws: `CommandFailure` when it cannot be read or written.
    func changeLocked(_ change: (inout Contents) throws -> Void) throws {
        var contents = try read()
        try change(&contents)
        let json = JSONValue.members(["contexts": contents.contexts, "current": contents.standard])
        try write(json.prettyText)
    }

    private func makeFolder() throws {
        var folder = ""
        for part in path.split(separator: "/").dropLast() {
            folder += "/\(part)"
            if mkdir(folder, 0o700) != 0, errno != EEXIST { throw Self.failure(folder, errno) }
        }
    }

    private func write(_ text: String) throws {
        let temporary = "\(path).\(getpid()).new"
        _ = unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Self.failure(temporary, errno) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes = bytes.dropFirst(count)
        }
        let isWritten = bytes.isEmpty && fsync(descriptor) == 0
        close(descriptor)
        guard isWritten, rename(temporary, path) == 0 else {
            let number = errno
            _ = unlink(temporary)
            throw Self.failure(path, number)
        }
    }

    private static func failure(_ path: String, _ number: Int32) -> CommandFailure {
        CommandFailure(.failure, "\(path) cannot be written: \(systemMessage(number))")
    }
}
