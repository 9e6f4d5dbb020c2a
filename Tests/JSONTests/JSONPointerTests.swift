import JSON
import Testing

@Suite struct JSONPointerTests {
    @Test(
        "escapes and unescapes tokens",
        arguments: [
            ("", [String]()), ("/", [""]), ("/a/0", ["a", "0"]), ("/m~1n/~01", ["m/n", "~1"]),
        ]
    )
    func text(text: String, tokens: [String]) throws {
        #expect(try #require(JSONPointer(text)).tokens == tokens)
        #expect(JSONPointer(tokens).description == text)
    }

    @Test("a pointer without a slash is none")
    func invalid() {
        #expect(JSONPointer("a/b") == nil)
    }

    @Test("reads and replaces values in place")
    func access() throws {
        var value: JSONValue = ["a": [["b": 1]]]
        #expect(value[JSONPointer(["a", "0", "b"])] == 1)
        #expect(value[JSONPointer(["a", "1"])] == nil)
        try value.set("x", at: JSONPointer(["a", "0", "c", "d"]))
        #expect(value == ["a": [["b": 1, "c": ["d": "x"]]]])
        #expect(throws: JSONError("no element 7", at: JSONPointer(["a"]))) {
            try value.set(1, at: JSONPointer(["a", "7"]))
        }
        #expect(throws: JSONError("integer holds no members", at: JSONPointer(["a", "0", "b"]))) {
            try value.set(1, at: JSONPointer(["a", "0", "b", "c"]))
        }
    }
}
