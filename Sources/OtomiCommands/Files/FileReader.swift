import Glibc

/// Reads whole files within a bound.
enum FileReader {
    /// The bytes of the file at `path`.
    ///
    /// - Throws: `CommandFailure` when it cannot be read, is no file, or is longer than `limit`.
    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path, errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw failure(path, EISDIR) }
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path, errno)
            }
            if count == 0 { return result }
            result += chunk[..<count]
            guard result.count <= limit else {
                throw CommandFailure(
                    .invalid,
                    "\(path) is longer than \(limit >> 10) KiB, which is the limit for a file"
                )
            }
        }
    }

    /// Whether there is a folder at `path`.
    ///
    /// - Throws: `CommandFailure` when there is nothing, or it cannot be looked at.
    static func isFolder(_ path: String) throws -> Bool {
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure(path, errno) }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    static func failure(_ path: String, _ number: Int32) -> CommandFailure {
        CommandFailure(number == ENOENT ? .notFound : .failure, "\(path) cannot be read: \(systemMessage(number))")
    }
}
