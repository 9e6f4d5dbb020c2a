/// Which statements are prepared on one connection: from their second use on, the least recently used leave.
struct StatementCache {
    enum Plan: Equatable {
        /// Send the text.
        case unprepared
        /// Prepare under this name first; close the other, if there is one.
        case prepare(name: String, evicting: String?)
        case prepared(name: String)
    }

    private struct Entry {
        var name: String?
        var lastUse: UInt64
    }

    static let capacity = 128

    private var entries: [String: Entry] = [:]
    private var clock: UInt64 = 0

    mutating func plan(for text: String) -> Plan {
        clock += 1
        guard let entry = entries[text] else {
            let evicted = makeRoom()
            entries[text] = Entry(name: nil, lastUse: clock)
            // Room is made when a text is first seen; what left is closed when the new one is prepared.
            if let evicted { pendingClose.append(evicted) }
            return .unprepared
        }
        entries[text]?.lastUse = clock
        if let name = entry.name { return .prepared(name: name) }
        let name = "s\(clock)"
        entries[text]?.name = name
        return .prepare(name: name, evicting: pendingClose.popLast())
    }

    /// Forgets a statement that the server no longer has.
    mutating func forget(_ text: String) {
        entries[text] = nil
    }

    mutating func forgetAll() {
        entries = [:]
        pendingClose = []
    }

    private var pendingClose: [String] = []

    private mutating func makeRoom() -> String? {
        guard entries.count >= Self.capacity, let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })
        else { return nil }
        entries[oldest.key] = nil
        return oldest.value.name
    }
}
