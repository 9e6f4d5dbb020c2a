import Bundles
import Glibc
import JSON

/// What a state directory holds, read without taking it away from an agent that runs on it.
struct StateSurvey: Sendable {
    /// How a state file is.
    enum File: Hashable, Sendable {
        case absent
        case whole
        /// Torn, and its previous copy is good.
        case torn
        case damaged
        case unreadable(String)
    }

    let path: String
    let exists: Bool
    let isWritable: Bool
    /// Free bytes for this user; `nil` when the system does not tell.
    let freeBytes: UInt64?
    /// Whether an agent holds the lock.
    let isLocked: Bool
    let identity: AgentIdentity?
    let trust: TrustedState?
    let trustFile: File

    init(path: String) {
        self.path = path
        exists = access(path, F_OK) == 0
        isWritable = access(path, W_OK | X_OK) == 0
        var space = statvfs()
        freeBytes = statvfs(path, &space) == 0 ? UInt64(space.f_bavail) * UInt64(space.f_frsize) : nil
        isLocked = Self.isLocked("\(path)/lock")
        identity = Self.read("\(path)/identity").payload
            .flatMap { try? JSONValue(parsing: $0) }
            .flatMap { try? AgentIdentity(json: $0) }
        let trusted = Self.read("\(path)/\(BundleFollower.file)")
        trust = trusted.payload.flatMap { try? TrustedState(restoring: $0) }
        trustFile = trusted.payload != nil && trust == nil ? .damaged : trusted.file
    }

    private static func read(_ path: String) -> (payload: [UInt8]?, file: File) {
        do throws(StateError) {
            let current = try StateDirectory.contents(of: path)
            if let current, let payload = StateFile.decode(current) { return (payload, .whole) }
            let previous = try StateDirectory.contents(of: "\(path).previous")
            if let previous, let payload = StateFile.decode(previous) { return (payload, .torn) }
            return (nil, current == nil && previous == nil ? .absent : .damaged)
        } catch { return (nil, .unreadable("\(error)")) }
    }

    private static func isLocked(_ path: String) -> Bool {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // Closing lets go of it again at once.
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
