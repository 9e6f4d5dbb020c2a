import JSON
import Testing

@testable import YAML

@Suite("The YAML writer")
struct YAMLWriterTests {
    @Test("writes block style with sorted keys")
    func writesBlockStyle() {
        let value: JSONValue = [
            "kind": "Service", "apiVersion": "v1", "empty": [:], "none": [],
            "spec": ["ports": [["port": 80, "name": "http"], ["port": 443]], "nested": [[1, 2], []]],
            "script": "echo a\necho b\n",
        ]
        let expected = """
            apiVersion: v1
            empty: {}
            kind: Service
            none: []
            script: |
              echo a
              echo b
            spec:
              nested:
                - - 1
                  - 2
                - []
              ports:
                - name: http
                  port: 80
                - port: 443

            """
        #expect(YAML.text(of: value) == expected)
    }

    struct Quoting: CustomTestStringConvertible {
        let string: String
        let text: String
        var testDescription: String { text }

        init(_ string: String, _ text: String) {
            self.string = string
            self.text = text
        }
    }

    @Test(
        "quotes exactly what a reader could misunderstand",
        arguments: [
            Quoting("hello", "hello"), Quoting("", "''"), Quoting("yes", "'yes'"), Quoting("Null", "'Null'"),
            Quoting("1", "'1'"), Quoting("1.22", "'1.22'"), Quoting("1e3", "'1e3'"), Quoting("0x1f", "'0x1f'"),
            Quoting("1_000", "'1_000'"), Quoting("2021-05-13", "'2021-05-13'"), Quoting("10:30", "'10:30'"),
            Quoting("100m", "100m"), Quoting("64Mi", "64Mi"), Quoting("v1.2.12", "v1.2.12"), Quoting(".inf", "'.inf'"),
            Quoting("a: b", "'a: b'"), Quoting("a:b", "a:b"), Quoting("a:", "'a:'"), Quoting("a #b", "'a #b'"),
            Quoting("- a", "'- a'"), Quoting("-a", "'-a'"), Quoting("*a", "'*a'"), Quoting("it's", "it's"),
            Quoting("'it'", "'''it'''"), Quoting(" a", "' a'"), Quoting("a ", "'a '"), Quoting("a\tb", "\"a\\tb\""),
            Quoting("a\r\nb", "\"a\\r\\nb\""), Quoting("\u{7F}", "\"\\u007F\""), Quoting("\u{FEFF}", "\"\\uFEFF\""),
            Quoting("/etc/nginx.conf", "/etc/nginx.conf"), Quoting("@daily", "'@daily'"), Quoting("é", "'é'"),
            Quoting("[a]", "'[a]'"), Quoting("<<", "'<<'"), Quoting("=", "'='"), Quoting("$(HOME)/x", "$(HOME)/x"),
        ]
    )
    func quotes(_ quoting: Quoting) {
        #expect(YAML.text(of: .string(quoting.string)) == quoting.text + "\n")
    }

    @Test(
        "what it writes reads back as it was",
        arguments: [
            "", "\n", "\n\n", "a\n", "a\n\n", "a\n\n\n", "a\nb", "\na", "  a\nb\n", " \n a", "a\n  b\n c", "a \nb ",
            "\ta\nb",
            "a\n\tb", "# a\nb", "--- \na", "a\u{2028}b\nc", "a\u{85}b", "\u{1F600}\nx", "key: |\n  x\n", "'\"\\\n",
            "...\nx",
            "a\n ", "x\u{0}y", "- \n- ", "? ", "!a", "&a", "%a", "`a`", "{a", "a,b", "a\\b", "\"", "a: b: c", "#", ":",
            "::",
        ]
    )
    func roundTripsStrings(_ string: String) throws {
        for value: JSONValue in [
            .string(string), [.string(string)], ["k": .string(string)], .object([string: .string(string)]),
            ["a": [["b": .string(string)], .string(string)], "z": 1], [[[.string(string)]]],
        ] {
            let text = YAML.text(of: value)
            #expect(try YAML.documents(in: text) == [value], "\(text)")
        }
    }

    @Test("reads back long keys, numbers and nothing at all")
    func roundTripsTheRest() throws {
        let values: [JSONValue] = [
            .null, true, 0, -1, .integer(.max), .integer(.min), 1.5, 1e-7, 1e300, [], [:], [[]], [[:]],
            .object([String(repeating: "k", count: 3000): ["a": 1], "b": [.null]]),
            .object(["1": 1, "true": 2, "null": 3, "": 4, "a b": 5, "a: b": 6, "\n": 7, "-": 8]),
        ]
        for value in values { #expect(try YAML.document(in: Array(YAML.text(of: value).utf8)) == value) }
        #expect(try YAML.documents(in: YAML.text(ofDocuments: values)) == values)
    }

    @Test("writes equal texts for equal values, whatever came before")
    func isDeterministic() throws {
        var generator = Generator(state: 42)
        for _ in 0..<300 {
            let value = generator.value(depth: 4)
            let text = YAML.text(of: value)
            let read = try YAML.document(in: Array(text.utf8))
            #expect(read == value, "\(text)")
            #expect(YAML.text(of: read) == text)
        }
    }

    /// Makes values of all shapes from a seed.
    private struct Generator {
        var state: UInt64

        mutating func next(_ count: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % count
        }

        mutating func string() -> String {
            let alphabet = Array("ab1. :-#'\"\n\t{}[],&*!|>%@`~\\/é=?_yesnul0x")
            return String((0..<next(12)).map { _ in alphabet[next(alphabet.count)] })
        }

        mutating func value(depth: Int) -> JSONValue {
            switch next(depth > 0 ? 8 : 5) {
            case 0: return .null
            case 1: return .bool(next(2) == 0)
            case 2: return .integer(Int64(next(1000)) - 500)
            case 3, 4: return .string(string())
            case 5: return .array((0..<next(4)).map { _ in value(depth: depth - 1) })
            default:
                var members: [String: JSONValue] = [:]
                for _ in 0..<next(4) { members[string()] = value(depth: depth - 1) }
                return .object(members)
            }
        }
    }
}
