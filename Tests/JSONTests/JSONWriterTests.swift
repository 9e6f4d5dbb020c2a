import JSON
import Testing

@Suite struct JSONWriterTests {
    private let value: JSONValue = ["b": [1, 2.5, "x\ty\u{1}\"\\é"], "a": ["n": .null, "t": true], "B": [:], "c": []]

    @Test("sorts keys by bytes and escapes control characters")
    func compact() {
        let expected = #"{"B":{},"a":{"n":null,"t":true},"b":[1,2.5,"x\ty\u0001\"\\é"],"c":[]}"#
        #expect(value.compactText == expected)
    }

    @Test("indents for people and leaves empty containers on one line")
    func pretty() {
        #expect((["a": [1], "b": [:]] as JSONValue).prettyText == "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}\n")
    }

    @Test("reads back what it wrote")
    func roundTrip() throws {
        #expect(try JSONValue(parsing: value.serialized()) == value)
        #expect(try JSONValue(parsing: value.prettyText) == value)
    }

    @Test("canonical form escapes quotes and backslashes only, and has no fractions")
    func canonical() throws {
        let signed: JSONValue = ["z": "a\nb\"\\", "a": -3]
        #expect(String(decoding: try signed.canonical(), as: UTF8.self) == "{\"a\":-3,\"z\":\"a\nb\\\"\\\\\"}")
        #expect(throws: JSONError("canonical JSON has integers only", at: JSONPointer(["b", "1"]))) {
            try value.canonical()
        }
    }

    @Test(
        "writes what lies before, between and behind escaped characters",
        arguments: [
            ("", "\"\""), ("a", #""a""#), ("\"", #""\"""#), ("\"\"a", #""\"\"a""#), ("a\\b\nc", #""a\\b\nc""#),
            ("é\u{7}\"ü", #""é\u0007\"ü""#), ("\u{1F}", #""\u001f""#),
        ]
    )
    func escapes(text: String, expected: String) {
        #expect(JSONValue.string(text).compactText == expected)
    }

    @Test func `keys in no order are the same value, after the byte that says what it is`() throws {
        let value: JSONValue = ["b": [1, ["z": .null, "a": "\"\n\u{01}é"]], "a": true, "empty": [:]]
        let bytes = value.unorderedBytes(after: 1)
        #expect(bytes.first == 1)
        #expect(try JSONValue(parsing: Array(bytes.dropFirst())) == value)
    }
}
