import Bundles

/// Texts of others (admission webhooks, API servers) cut to a bound before they travel.
package enum BoundedText {
    /// The longest text of one report entry, in bytes.
    package static let entryLimit = 1_024
    /// The longest sum of all texts of one report, in bytes.
    package static let reportLimit = 4_096

    /// `text`, or its beginning with the digest of the whole when it is longer than `limit` bytes.
    package static func cut(_ text: String, to limit: Int = entryLimit) -> String {
        guard text.utf8.count > limit else { return text }
        let tail = "… [cut, sha256 \(Digest(of: Array(text.utf8)).hex.prefix(12))]"
        var head = text.utf8.prefix(max(0, limit - tail.utf8.count))
        while let last = head.last, last & 0xC0 == 0x80 { head.removeLast() }
        if let last = head.last, last >= 0xC0 { head.removeLast() }
        return String(decoding: Array(head), as: UTF8.self) + tail
    }
}
