import Testing

@testable import Values

@Suite("Patterns")
struct PatternTests {
    struct Case: CustomTestStringConvertible {
        let pattern: String
        let matching: [String]
        let other: [String]
        var testDescription: String { pattern }

        init(_ pattern: String, _ matching: [String], not other: [String]) {
            self.pattern = pattern
            self.matching = matching
            self.other = other
        }
    }

    @Test(
        "match what ECMA 262 matches",
        arguments: [
            Case("a", ["a", "bab"], not: ["", "b"]),
            Case("^a$", ["a"], not: ["aa", "ba", "a\n"]),
            Case("^(a|bc)*d?$", ["", "a", "abcbc", "bcd", "d"], not: ["b", "dd", "ac"]),
            Case("^[a-c_-]+$", ["a-b_c"], not: ["", "d", "a b"]),
            Case("^[^\\s]+$", ["a", "é😀"], not: ["", "a b", "a\t"]),
            Case("^\\d{2,3}$", ["12", "123"], not: ["1", "1234", "1a"]),
            Case("^a{2}$", ["aa"], not: ["a", "aaa"]),
            Case("^a{2,}$", ["aa", "aaaaa"], not: ["a"]),
            Case("^(?:x{1,2}y){2}$", ["xyxy", "xxyxy"], not: ["xy", "xxxyxy"]),
            Case("^.$", ["a", "é"], not: ["", "\n", "ab"]),
            Case("^[\\w][\\w.-]{0,3}$", ["a", "1.2", "_a-b"], not: ["-a", "abcde", ""]),
            Case("^\\.\\*\\/$", [".*/"], not: ["a*/"]),
            Case("^(a|b|c|)$", ["a", "c", ""], not: ["d"]),
            Case("^[\\]\\\\]$", ["]", "\\"], not: ["a"]),
            Case("^(a*)*$", ["", "aaaa"], not: ["b"]),
            Case("^(a+)+b$", ["aab"], not: ["aa"]),
            Case("x|^y", ["ax", "y"], not: ["ay"]),
        ]
    )
    func match(_ example: Case) throws {
        let pattern = try Pattern(example.pattern)
        for text in example.matching { #expect(pattern.matches(text), "\(text)") }
        for text in example.other { #expect(!pattern.matches(text), "\(text)") }
    }

    @Test("take time in proportion to the text, where a backtracking matcher would never end")
    func areLinear() throws {
        let pattern = try Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])+$")
        #expect(!pattern.matches(String(repeating: "a", count: 5000) + "-"))
        #expect(pattern.matches(String(repeating: "a", count: 5000)))
    }

    @Test(
        "refuse what they do not understand",
        arguments: ["(", ")", "[a", "a{2", "a{3,2}", "*a", "\\1", "(?=a)", "[b-a]", "\\", "a{9999}", "\\p{L}"]
    )
    func refuse(_ text: String) {
        #expect(throws: PatternError.self) { try Pattern(text) }
    }
}
