import Bundles

extension Report {
    /// `text` cut to what one text of a report may be, at a boundary of a character; the digest of the whole stays.
    static func bounded(_ text: String) -> String { cut(text, to: maximumTextBytes) }

    /// `text`, or its beginning with the digest of the whole when it is longer than `limit` bytes.
    package static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        let tail = "… [cut, sha256 \(Digest(of: Array(text.utf8)).hex.prefix(12))]"
        var head = text.utf8.prefix(max(0, limit - tail.utf8.count))
        while let last = head.last, last & 0xC0 == 0x80 { head.removeLast() }
        if let last = head.last, last >= 0xC0 { head.removeLast() }
        return String(decoding: Array(head), as: UTF8.self) + tail
    }

    /// The report with all its texts within `maximumTextBytes` and its lists within `maximumEntries`.
    ///
    /// What a person needs first is kept longest: trust, holds, deletions that wait, then objects, layers and drift. A
    /// report that fits stays as it is, so that both sides may call it.
    package func bounded() -> Report {
        var budget = TextBudget()
        var copy = self
        copy.trustError = trustError.map { TrustFault(code: $0.code, message: budget.take($0.message)) }
        copy.hold = hold.map { HoldReport(origin: $0.origin, reason: budget.take($0.reason)) }
        let pendingReason = pendingDeletions.map { budget.take($0.reason) }
        copy.notReady = notReady.prefix(Self.maximumEntries).map { $0.with(message: budget.take($0.message)) }
        copy.layers = layers.map { $0.with(message: budget.take($0.message)) }
        copy.drift = drift.prefix(Self.maximumEntries).map { $0.with(message: budget.take($0.message)) }
        copy.pendingDeletions = pendingDeletions.map { pending in
            PendingDeletions(
                generation: pending.generation,
                count: pending.count,
                digest: pending.digest,
                reason: pendingReason ?? "",
                objects: pending.objects.map { $0.with(message: budget.take($0.message)) }
            )
        }
        return copy
    }
}

/// What is left of the bytes that the texts of one report may have together.
private struct TextBudget {
    /// A piece shorter than this says nothing beside its digest, and is left out.
    private static let shortest = 64

    private var rest = Report.maximumTextBytes

    mutating func take(_ text: String) -> String {
        let length = text.utf8.count
        guard length > rest else {
            rest -= length
            return text
        }
        guard rest >= Self.shortest else { return "" }
        let cut = Report.cut(text, to: rest)
        rest -= cut.utf8.count
        return cut
    }
}

extension ObjectReport {
    func with(message: String) -> ObjectReport {
        ObjectReport(group: group, kind: kind, namespace: namespace, name: name, reason: reason, message: message)
    }
}

extension LayerReport {
    func with(message: String) -> LayerReport {
        LayerReport(
            name: name,
            digest: digest,
            state: state,
            objects: objects,
            applied: applied,
            failed: failed,
            message: message
        )
    }
}
