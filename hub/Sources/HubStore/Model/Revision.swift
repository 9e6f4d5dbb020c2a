package import Concurrency
package import Values

/// One commit to the values, immutable.
package struct Revision: Hashable, Sendable {
    package let number: Int64
    package let author: String
    package let message: String
    package let committedAt: UnixTime
    /// How many documents it changed.
    package let changeCount: Int

    package init(number: Int64, author: String, message: String, committedAt: UnixTime, changeCount: Int) {
        self.number = number
        self.author = author
        self.message = message
        self.committedAt = committedAt
        self.changeCount = changeCount
    }
}

/// What a revision did to one document.
package struct DocumentChange: Hashable, Sendable {
    package enum Action: String, Sendable {
        case created
        case updated
        case deleted
    }

    package let id: DocumentID
    package let action: Action

    package init(id: DocumentID, action: Action) {
        self.id = id
        self.action = action
    }
}
