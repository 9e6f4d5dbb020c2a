import JSON
import Testing

@Suite struct JSONParserTests {
    private static let readable: [(String, JSONValue)] = [
        (#"null"#, JSONValue.null),
        (#" true "#, true),
        (#"-0"#, 0),
        (#"9223372036854775807"#, 9_223_372_036_854_775_807),
        (#"1.5e3"#, 1500.0),
        (#""a\u00e9\ud83d\ude00\n\/""#, "aé😀\n/"),
        (#"[1,[],{}]"#, [1, [], [:]]),
        (#"{"b":1,"a":{"c":[false]}}"#, ["a": ["c": [false]], "b": 1]),
    ]

    @Test("reads every kind of value", arguments: readable)
    func values(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    private static let refused: [(String, String, Int)] = [
        ("", "the text ends where a value is expected", 0),
        ("{\"a\":1,\"a\":2}", "the member 'a' occurs twice", 7),
        ("[1,]", "a value is expected", 3),
        ("{\"a\":1,}", "a member name is expected", 7),
        ("01", "a number has no leading zero", 0),
        ("1.", "a digit is expected", 2),
        ("1e999", "the number exceeds the range of a double", 0),
        ("9223372036854775808", "the integer exceeds 64 bits", 0),
        ("NaN", "a value is expected", 0),
        ("nul", "'null' is expected", 0),
        ("1 2", "text after the value", 2),
        ("\u{FEFF}1", "a value is expected", 0),
        ("\"\u{1}\"", "a control character must be escaped", 1),
        (#""\ud83d""#, "half of a surrogate pair", 3),
        (#""\x""#, "unknown escape", 2),
        ("\"abc", "the text ends inside a string", 4),
    ]

    @Test("refuses what has no single meaning", arguments: refused)
    func faults(text: String, message: String, offset: Int) {
        #expect(throws: JSONError(message, offset: offset)) { try JSONValue(parsing: text) }
    }

    @Test("refuses bytes that are no UTF-8")
    func invalidUTF8() {
        #expect(throws: JSONError("the string is not UTF-8", offset: 1)) {
            try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22] as [UInt8])
        }
    }

    @Test("stops at the depth it was given")
    func depth() throws {
        let text = String(repeating: "[", count: 129) + String(repeating: "]", count: 129)
        #expect(throws: JSONError("nested deeper than 128", offset: 128)) { try JSONValue(parsing: text) }
        #expect(throws: Never.self) { try JSONValue(parsing: text, maximumDepth: 129) }
    }
}
