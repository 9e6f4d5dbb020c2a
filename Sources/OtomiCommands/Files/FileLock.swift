import Glibc

/// A lock between processes that ends with its holder, however that ends.
struct FileLock {
    private let descriptor: Int32

    /// Waits for the lock.
    ///
    /// - Throws: `CommandFailure` when the file cannot be made.
    init(_ path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw CommandFailure(.failure, "\(path): \(systemMessage(errno))") }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                let number = errno
                close(descriptor)
                throw CommandFailure(.failure, "\(path): \(systemMessage(number))")
            }
        }
    }

    func release() { close(descriptor) }
}
