import Crypto
import Synchronization

/// The data keys that this process has unwrapped; shared by every copy of a store.
final class KeyRing: Sendable {
    private struct State {
        var keys: [Int64: SymmetricKey]
        var latest: Int64
    }

    let encryptionKey: KeyEncryptionKey
    private let state: Mutex<State>

    init(_ keys: [Int64: SymmetricKey], under encryptionKey: KeyEncryptionKey) {
        self.encryptionKey = encryptionKey
        state = Mutex(State(keys: keys, latest: keys.keys.max() ?? 0))
    }

    /// The number of the key that new secrets are sealed under.
    var latest: Int64 { state.withLock { $0.latest } }

    var numbers: Set<Int64> { state.withLock { Set($0.keys.keys) } }

    func key(_ number: Int64) -> SymmetricKey? { state.withLock { $0.keys[number] } }

    /// Adds what was unwrapped and forgets what the database has no more.
    func update(adding fresh: [Int64: SymmetricKey], keeping stored: Set<Int64>) {
        state.withLock { state in
            state.keys.merge(fresh) { known, _ in known }
            state.keys = state.keys.filter { stored.contains($0.key) }
            state.latest = state.keys.keys.max() ?? state.latest
        }
    }
}
