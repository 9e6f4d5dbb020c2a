import Glibc

/// Writes files that must not be there yet.
enum NewFile {
    /// Makes the file at `path`.
    ///
    /// - Throws: `CommandFailure` when there is one, or it cannot be written.
    static func write(_ text: String, to path: String, mode: mode_t) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else {
            guard errno != EEXIST else {
                throw CommandFailure(.conflict, "\(path) exists and is not overwritten. Name another file")
            }
            throw failure(path, errno)
        }
        var bytes = Array(text.utf8)[...]
        var number: Int32 = 0
        while !bytes.isEmpty, number == 0 {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { number = count < 0 ? errno : EIO }
            bytes = bytes.dropFirst(max(0, count))
        }
        if fsync(descriptor) != 0, number == 0 { number = errno }
        if close(descriptor) != 0, number == 0 { number = errno }
        guard number == 0 else {
            unlink(path)
            throw failure(path, number)
        }
    }

    private static func failure(_ path: String, _ number: Int32) -> CommandFailure {
        CommandFailure(.failure, "\(path) cannot be written: \(systemMessage(number))")
    }
}
