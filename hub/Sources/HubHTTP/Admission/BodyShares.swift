import Synchronization

/// Counts whose bodies are waited for in the places of one gate, so that nobody who sends slowly has all of them.
final class BodyShares: Sendable {
    private let perSender: Int
    private let counts = Mutex<[[UInt8]: Int]>([:])

    /// A sender has a quarter of `places`.
    init(of places: Int) {
        perSender = max(1, places / 4)
    }

    /// Counts one more body; whoever got true must ``leave(_:)``.
    func enter(_ sender: [UInt8]) -> Bool {
        counts.withLock { counts in
            let own = counts[sender] ?? 0
            guard own < perSender else { return false }
            counts[sender] = own + 1
            return true
        }
    }

    func leave(_ sender: [UInt8]) {
        counts.withLock { counts in
            guard let own = counts[sender] else { return }
            counts[sender] = own > 1 ? own - 1 : nil
        }
    }
}
