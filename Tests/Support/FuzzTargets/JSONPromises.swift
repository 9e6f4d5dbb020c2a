import JSON

/// What is read and written again is the same, and there is one canonical form.
enum JSONPromises {
    static func check(_ input: [UInt8]) throws(BrokenPromise) {
        let value: JSONValue
        do throws(JSONError) { value = try JSONValue(parsing: input) } catch {
            try promise(!error.description.isEmpty, "the error says nothing")
            return
        }
        try promise(!input.starts(with: [0xEF, 0xBB, 0xBF]), "a byte order mark was read")
        try isFixed(value)
        try promise(depth(of: value) <= JSONValue.defaultMaximumDepth, "\(depth(of: value)) levels were read")
        let canonical: [UInt8]
        do throws(JSONError) { canonical = try value.canonical() } catch {
            try promise(hasFraction(value), "no canonical form without a fraction: \(error)")
            return
        }
        // Canonical JSON escapes quotes and backslashes only, so that control characters make it no JSON.
        guard let again = try? JSONValue(parsing: canonical) else { return try promise(hasControl(value), "lost form") }
        try promise(again == value, "the canonical form reads as something else")
        try promise((try? again.canonical()) == canonical, "there are two canonical forms")
    }

    /// Writing, reading and writing again gives the same bytes, on one line and on many.
    static func isFixed(_ value: JSONValue) throws(BrokenPromise) {
        let written = value.serialized()
        for text in [written, Array(value.prettyText.utf8)] {
            guard let again = try? JSONValue(parsing: text) else { throw BrokenPromise("what was written is no JSON") }
            try promise(again.serialized() == written, "what was written reads as something else")
        }
    }

    private static func depth(of value: JSONValue) -> Int {
        switch value {
        case .array(let elements): 1 + (elements.map(depth).max() ?? 0)
        case .object(let members): 1 + (members.values.map(depth).max() ?? 0)
        default: 0
        }
    }

    private static func hasFraction(_ value: JSONValue) -> Bool {
        switch value {
        case .number: true
        case .array(let elements): elements.contains(where: hasFraction)
        case .object(let members): members.values.contains(where: hasFraction)
        default: false
        }
    }

    private static func hasControl(_ value: JSONValue) -> Bool {
        switch value {
        case .string(let text): text.utf8.contains { $0 < 0x20 }
        case .array(let elements): elements.contains(where: hasControl)
        case .object(let members): members.contains { hasControl(.string($0.key)) || hasControl($0.value) }
        default: false
        }
    }
}
