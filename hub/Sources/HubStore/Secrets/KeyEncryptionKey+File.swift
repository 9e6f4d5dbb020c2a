import Crypto
import Glibc

extension KeyEncryptionKey {
    /// Reads the key from a file that only its owner can read, or makes the file when there is none.
    ///
    /// - Throws: `StoreError` that names the file, when it cannot be read or made or is no key.
    package static func file(_ path: String) throws(StoreError) -> KeyEncryptionKey {
        if let bytes = try read(path) {
            do throws(StoreError) { return try KeyEncryptionKey(bytes: bytes) } catch {
                throw StoreError(.undecipherable, "\(path): \(error.message)")
            }
        }
        let fresh = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        try make(path, fresh)
        // Somebody else may have been first; what is in the file counts.
        guard let stored = try read(path) else { throw StoreError(.internal, "\(path) vanished: start again") }
        return try KeyEncryptionKey(bytes: stored)
    }

    private static func read(_ path: String) throws(StoreError) -> [UInt8]? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw StoreError(.internal, "\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var info = stat()
        // A mounted file belongs to root, and its group is how an account of its own reads it.
        if fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG,
            info.st_mode & (info.st_uid == geteuid() ? 0o077 : 0o007) != 0
        {
            throw StoreError(.invalid, "\(path) is open to others than the hub's account: run 'chmod 600 \(path)'")
        }
        var buffer = [UInt8](repeating: 0, count: byteCount + 1)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return Array(buffer.prefix(max(0, count)))
    }

    /// Writes beside the place and links into it: never half a key, never over another one.
    private static func make(_ path: String, _ bytes: [UInt8]) throws(StoreError) {
        let draft = "\(path).\(getpid()).new"
        unlink(draft)
        let descriptor = Glibc.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw unwritable(path) }
        defer { unlink(draft) }
        let isWritten = Glibc.write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
        guard close(descriptor) == 0, isWritten else { throw unwritable(path) }
        guard link(draft, path) == 0 || errno == EEXIST else { throw unwritable(path) }
    }

    private static func unwritable(_ path: String) -> StoreError {
        StoreError(.internal, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
