package import Concurrency

/// A position in the table of events: that of the last event that a reader has had.
///
/// It names the row by its time too, so that a database that came out of a backup, and gives the same numbers to other
/// events, knows a position that is not its own.
package struct EventCursor: Hashable, Comparable, Sendable {
    package let transaction: Int64
    package let id: Int64
    package let at: UnixTime

    init(transaction: Int64, id: Int64, at: UnixTime) {
        self.transaction = transaction
        self.id = id
        self.at = at
    }

    /// Before every event that is kept.
    package static let beginning = EventCursor(transaction: 0, id: 0, at: UnixTime(milliseconds: 0))

    /// Reads the text of ``description``; `nil` when it is none.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int64($0, radix: 36) }
        guard parts.count == 3, text.utf8.count <= 64, let transaction = parts[0], let id = parts[1], let at = parts[2],
            transaction >= 0, id >= 0
        else { return nil }
        self.init(transaction: transaction, id: id, at: UnixTime(milliseconds: at))
    }

    package static func < (left: EventCursor, right: EventCursor) -> Bool {
        (left.transaction, left.id) < (right.transaction, right.id)
    }
}

extension EventCursor: CustomStringConvertible {
    /// The text that readers keep; what is in it is nobody's business but the hub's.
    package var description: String {
        [transaction, id, at.milliseconds].map { String($0, radix: 36) }.joined(separator: ".")
    }
}
