import Concurrency
import Glibc

/// The agent's directory: keys, trusted metadata, cached layers.
///
/// The directory is 0700 and its files 0600. A write goes to a new file which then takes the old one's place, and the
/// old one stays as `<name>.previous`; a torn file is found by its checksum and the previous one is read instead, so a
/// power cut never leads to "no history". Calls run on a thread of their own, because the disk may be slow.
package actor StateDirectory {
    package nonisolated let path: String
    private let executor = SerialQueueExecutor(label: "otomi.agent.state")
    private let lock: Int32
    /// Files that were written and not yet synced.
    private var unsynced: Set<String> = []

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens `path`, making it when it is missing, and locks it against a second agent.
    ///
    /// - Throws: `StateError` when it cannot be made, is not writable, or another agent runs on it.
    package init(path: String) throws(StateError) {
        self.path = path
        try Self.makeDirectories(path)
        try Self.makeDirectories("\(path)/layers")
        let lockPath = "\(path)/lock"
        lock = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw StateError("open", lockPath, code: errno) }
        var code = Self.takeLock(lock)
        // A predecessor that is just ending is waited for.
        for _ in 0..<Self.lockAttempts where code == EWOULDBLOCK {
            usleep(20_000)
            code = Self.takeLock(lock)
        }
        guard code == 0 else {
            close(lock)
            guard code == EWOULDBLOCK else { throw StateError("lock", lockPath, code: code) }
            throw StateError("use", path, because: "another otomi-agent is running on it")
        }
    }

    deinit { close(lock) }

    /// Two seconds in all.
    private static let lockAttempts = 100

    private static func takeLock(_ lock: Int32) -> Int32 { flock(lock, LOCK_EX | LOCK_NB) == 0 ? 0 : errno }

    /// The payload of `name`, or of the copy before it when the file is torn; `nil` when there is none.
    ///
    /// - Throws: `StateError` when the file exists but neither it nor the copy before it can be read.
    package func read(_ name: String) throws(StateError) -> [UInt8]? {
        let file = "\(path)/\(name)"
        let current = try Self.contents(of: file)
        if let current, let payload = StateFile.decode(current) { return payload }
        let previous = try Self.contents(of: "\(file).previous")
        if let previous, let payload = StateFile.decode(previous) { return payload }
        guard current == nil, previous == nil else {
            throw StateError("read", file, because: "it and its previous copy are damaged; restore them or enrol anew")
        }
        return nil
    }

    /// Replaces `name` by `payload`.
    ///
    /// What was written survives the end of the process; `sync()` makes it survive a power cut.
    ///
    /// - Throws: `StateError`; then the old file is still there.
    package func write(_ name: String, _ payload: [UInt8]) throws(StateError) {
        let file = "\(path)/\(name)"
        try Self.replace(file, with: StateFile.encode(payload), keepingPrevious: true)
        unsynced.insert(file)
    }

    /// Waits until everything that was written has reached the disk.
    package func sync() throws(StateError) {
        for file in unsynced { try Self.sync(file) }
        if !unsynced.isEmpty { try Self.sync(path) }
        unsynced.removeAll()
    }

    /// Removes `name` and the copy before it; nothing happens when they are not there.
    package func remove(_ name: String) {
        // What is gone need not reach the disk.
        unsynced.remove("\(path)/\(name)")
        unlink("\(path)/\(name)")
        unlink("\(path)/\(name).previous")
    }

    // MARK: - Layers

    /// The cached bytes of a layer, unchecked; `nil` when they are not there or cannot be read.
    package func layer(_ digest: String) -> [UInt8]? {
        try? Self.contents(of: "\(path)/layers/\(digest)")
    }

    /// Keeps a layer.
    ///
    /// - Throws: `StateError`; the cache is an optimisation, so a caller may go on without it.
    package func keepLayer(_ digest: String, _ bytes: [UInt8]) throws(StateError) {
        try Self.replace("\(path)/layers/\(digest)", with: bytes, keepingPrevious: false)
    }

    /// Removes every cached layer that is not in `digests`.
    package func retainLayers(_ digests: Set<String>) {
        guard let directory = opendir("\(path)/layers") else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != "..", !digests.contains(name) { unlink("\(path)/layers/\(name)") }
        }
    }
}

// MARK: - System calls

extension StateDirectory {
    private static func makeDirectories(_ path: String) throws(StateError) {
        var end = path.startIndex
        while end != path.endIndex {
            end = path[path.index(after: end)...].firstIndex(of: "/") ?? path.endIndex
            let part = String(path[..<end])
            guard mkdir(part, 0o700) != 0 else { continue }
            let code = errno
            var status = stat()
            guard stat(part, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw StateError("create", part, code: code == EEXIST ? ENOTDIR : code)
            }
        }
        guard access(path, W_OK | X_OK) == 0 else { throw StateError("write to", path, code: errno) }
    }

    /// The file's bytes, `nil` when there is no such file.
    static func contents(of file: String) throws(StateError) -> [UInt8]? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw StateError("read", file, code: errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw StateError("read", file, code: errno) }
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
            while count < buffer.count {
                let more = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
                if more < 0, errno == EINTR { continue }
                if more < 0 { failure = errno }
                guard more > 0 else { break }
                count += more
            }
        }
        guard failure == 0 else { throw StateError("read", file, code: failure) }
        return bytes
    }

    private static func replace(
        _ file: String,
        with bytes: [UInt8],
        keepingPrevious: Bool
    ) throws(StateError) {
        let fresh = "\(file).new"
        let descriptor = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StateError("write", file, code: errno) }
        var failure: Int32 = 0
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                let count = Glibc.write(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    failure = errno
                    return
                }
                offset += count
            }
        }
        if close(descriptor) != 0, failure == 0 { failure = errno }
        if failure == 0, keepingPrevious {
            unlink("\(file).previous")
            // A volume without hard links keeps no previous copy; the rename is atomic there all the same.
            if link(file, "\(file).previous") != 0, errno == ENOSPC || errno == EIO { failure = errno }
        }
        if failure == 0, rename(fresh, file) != 0 { failure = errno }
        guard failure == 0 else {
            unlink(fresh)
            throw StateError("write", file, code: failure)
        }
    }

    private static func sync(_ path: String) throws(StateError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StateError("sync", path, code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StateError("sync", path, code: errno) }
    }
}
