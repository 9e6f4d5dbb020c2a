import JSON

/// Some kinds of events: whole names, and beginnings that a star stands after; none at all means every kind.
package struct EventKinds: Hashable, Sendable {
    package static let most = 50
    private static let longest = 100

    /// As they were written.
    package let patterns: [String]

    /// `nil` when there are too many, or one is no kind.
    package init?(_ patterns: [String]) {
        guard patterns.count <= Self.most, patterns.allSatisfy(Self.isPattern) else { return nil }
        self.patterns = patterns
    }

    private init() { patterns = [] }

    /// Every kind.
    package static let all = EventKinds()

    package func contains(_ kind: String) -> Bool {
        patterns.isEmpty
            || patterns.contains { $0.hasSuffix("*") ? kind.hasPrefix($0.dropLast()) : kind == $0 }
    }

    private static func isPattern(_ text: String) -> Bool {
        let name = text.hasSuffix("*") ? text.dropLast() : text[...]
        return (1...longest).contains(text.utf8.count)
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || ".-".utf8.contains(byte)
            }
    }
}

extension EventKinds {
    var json: JSONValue { .array(patterns.map { .string($0) }) }

    init(stored: JSONValue) {
        self = EventKinds((stored.arrayValue ?? []).compactMap(\.stringValue)) ?? .all
    }
}
