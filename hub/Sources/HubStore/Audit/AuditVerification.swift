package import Bundles

/// What a walk along the audit log has found.
package struct AuditVerification: Hashable, Sendable {
    /// Where the chain is broken.
    package struct Fault: Hashable, Sendable {
        /// The first entry that is not what it was.
        package let sequence: Int64
        package let message: String
    }

    /// The last entry that was found right.
    package private(set) var head: AuditHead?
    /// How many entries were found right.
    package private(set) var verified = 0
    package internal(set) var fault: Fault?
    /// Whether the end was reached; otherwise go on after `head`.
    package internal(set) var isComplete = false

    init(after head: AuditHead?) {
        self.head = head
    }

    /// Looks at the next row.
    mutating func take(_ record: AuditRecord) {
        let expected = (head?.sequence ?? 0) + 1
        guard record.sequence == expected else {
            let gap = record.sequence - expected
            fault = Fault(sequence: expected, message: "\(gap == 1 ? "this entry is" : "\(gap) entries are") missing")
            return
        }
        guard record.previous == head?.hash ?? AuditRecord.beginning else {
            fault = Fault(sequence: record.sequence, message: "it does not follow from the entry before")
            return
        }
        guard record.computedHash == record.hash else {
            fault = Fault(sequence: record.sequence, message: "its content is not what was written")
            return
        }
        head = AuditHead(sequence: record.sequence, hash: record.hash)
        verified += 1
    }
}
