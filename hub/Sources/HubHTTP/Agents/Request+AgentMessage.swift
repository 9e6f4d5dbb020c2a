import Glibc
import Hummingbird
import JSON

extension Request {
    /// Reads a body in which an agent passes on what others have said: of pods, webhooks and controllers.
    ///
    /// U+0000 is replaced in it. PostgreSQL keeps it in no text (section 8.14.1 of its manual), and what one container
    /// writes must not keep a whole cluster's reports from being stored.
    ///
    /// - Throws: as `message(_:limit:mending:)`.
    func agentMessage<Message: JSONRepresentable>(_ type: Message.Type = Message.self) async throws -> Message {
        try await message(type, limit: BodyLimits.report) { body, json in body.mentionsNUL ? json.withoutNUL : json }
    }
}

extension [UInt8] {
    /// Whether the escape of U+0000 occurs, if perhaps after another backslash; a raw one is no JSON.
    fileprivate var mentionsNUL: Bool {
        let escape = Array("\\u0000".utf8)
        var rest = self[...]
        // Backslashes are rare, and memchr is quick.
        while let place = rest.withUnsafeBytes({ $0.firstPlace(of: escape[0]) }) {
            rest = rest.dropFirst(place)
            if rest.starts(with: escape) { return true }
            rest = rest.dropFirst()
        }
        return false
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func firstPlace(of byte: UInt8) -> Int? {
        guard let base = baseAddress, let found = memchr(base, Int32(byte), count) else { return nil }
        return UnsafeRawPointer(found) - base
    }
}

extension JSONValue {
    /// The same with U+FFFD in the place of every U+0000 of a text.
    fileprivate var withoutNUL: JSONValue {
        switch self {
        case .string(let text): .string(Self.withoutNUL(text))
        case .array(let values): .array(values.map(\.withoutNUL))
        case .object(let members):
            .object(
                Dictionary(
                    members.map { (Self.withoutNUL($0.key), $0.value.withoutNUL) },
                    uniquingKeysWith: { first, _ in first }
                )
            )
        case .null, .bool, .integer, .number: self
        }
    }

    private static func withoutNUL(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
    }
}
