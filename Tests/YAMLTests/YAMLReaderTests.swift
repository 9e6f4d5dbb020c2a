import JSON
import Testing

@testable import YAML

@Suite("The YAML reader")
struct YAMLReaderTests {
    struct Scalar: CustomTestStringConvertible {
        let text: String
        let value: JSONValue
        var testDescription: String { text }

        init(_ text: String, _ value: JSONValue) {
            self.text = text
            self.value = value
        }
    }

    @Test(
        "resolves scalars by YAML 1.2's core schema",
        arguments: [
            Scalar("", .null), Scalar("~", .null), Scalar("null", .null), Scalar("Null", .null), Scalar("nUll", "nUll"),
            Scalar("true", true), Scalar("TRUE", true), Scalar("tRue", "tRue"), Scalar("yes", "yes"),
            Scalar("off", "off"),
            Scalar("1", 1), Scalar("-17", -17), Scalar("+5", 5), Scalar("0o17", 15), Scalar("0xfF", 255),
            Scalar("0x", "0x"), Scalar("0o8", "0o8"), Scalar("1_000", "1_000"), Scalar("1:30", "1:30"),
            Scalar("1.5", 1.5), Scalar(".5", 0.5), Scalar("5.", .number(5)), Scalar("1e3", .number(1000)),
            Scalar("-1.5E-2", -0.015), Scalar("1e", "1e"), Scalar(".", "."), Scalar("-", [.null]), Scalar("+", "+"),
            Scalar("2021-05-13", "2021-05-13"), Scalar("9223372036854775807", .integer(.max)), Scalar("v1.2", "v1.2"),
            Scalar("'1'", "1"), Scalar("\"true\"", "true"), Scalar("!!str 1", "1"), Scalar("! 1", "1"),
            Scalar("!!float 1", .number(1)), Scalar("!!int 0x10", 16), Scalar("|\n  a\n  b\n", "a\nb\n"),
            Scalar(">-\n  a\n  b\n", "a b"), Scalar("\"\\u00e9\\t\"", "é\t"), Scalar("1.22", 1.22),
        ]
    )
    func resolvesScalars(_ scalar: Scalar) throws {
        #expect(try YAML.document(in: Array(scalar.text.utf8)) == scalar.value)
    }

    @Test("reads mappings, sequences and flow collections")
    func readsCollections() throws {
        let text = """
            # a comment
            services:
                - name: hello   # trailing
                  ports: [80, {number: 443}]
                - name: "b"
            empty: {}
            1: one
            true: yes
            """
        let expected: JSONValue = [
            "services": [["name": "hello", "ports": [80, ["number": 443]]], ["name": "b"]], "empty": [:], "1": "one",
            "true": "yes",
        ]
        #expect(try YAML.documents(in: text) == [expected])
    }

    @Test("reads several documents, empty ones included")
    func readsSeveralDocuments() throws {
        #expect(try YAML.documents(in: "") == [])
        #expect(try YAML.documents(in: "# nothing\n") == [])
        #expect(try YAML.documents(in: "---\na: 1\n---\n---\nb: 2\n...\n") == [["a": 1], .null, ["b": 2]])
    }

    @Test("repeats what an alias names")
    func repeatsAliases() throws {
        let text = "a: &x {k: [1]}\nb: *x\nc: &y text\nd: *y\n"
        #expect(try YAML.documents(in: text) == [["a": ["k": [1]], "b": ["k": [1]], "c": "text", "d": "text"]])
    }

    struct Fault: CustomTestStringConvertible {
        let text: String
        let line: Int
        let column: Int
        let message: String
        var testDescription: String { text }

        init(_ text: String, _ line: Int, _ column: Int, _ message: String) {
            self.text = text
            self.line = line
            self.column = column
            self.message = message
        }
    }

    @Test(
        "says line and column of what it refuses",
        arguments: [
            Fault("a: 1\nb:\n  c: 1\n  c: 2\n", 4, 3, "the key 'c' occurs twice"),
            Fault("a: 1\n'a': 2\n", 2, 1, "the key 'a' occurs twice"),
            Fault("a: *nobody\n", 1, 4, "this alias has no anchor before it"),
            Fault("a: &a [*a]\n", 1, 8, "this alias has no anchor before it"),
            Fault("a: &a {b: 1}\nc:\n  <<: *a\n", 3, 3, "merge keys"),
            Fault("a: !secret x\n", 1, 4, "this tag is not understood"),
            Fault("a: !!binary aGk=\n", 1, 4, "this tag is not understood"),
            Fault("a: !!int x\n", 1, 4, "this text is no !!int"),
            Fault("a: .inf\n", 1, 4, "JSON has no infinity"),
            Fault("a: 99999999999999999999\n", 1, 4, "does not fit 64 bits"),
            Fault("[a]: 1\n", 1, 1, "the key of a mapping is a scalar"),
            Fault("a: [1, 2\n", 2, 1, "expected ',' or ']'"),
            Fault("a: 1\n b: 2\n", 2, 3, "mapping values are not allowed"),
            Fault("a:\n\t- 1\n", 2, 1, "cannot start any token"),
            Fault("a: \"\\q\"\n", 1, 5, "unknown escape character"),
            Fault("a: 1\n--- b\nc\n--- {", 5, 1, "did not find expected"),
        ]
    )
    func refuses(_ fault: Fault) throws {
        let error = #expect(throws: YAMLError.self) { try YAML.documents(in: fault.text) }
        #expect(error?.message.contains(fault.message) == true, "\(error?.description ?? "")")
        #expect(error?.line == fault.line, "\(error?.description ?? "")")
        #expect(error?.column == fault.column, "\(error?.description ?? "")")
    }

    @Test(
        "does not repeat a secret that somebody forgot to quote",
        arguments: [
            "*geheim", "!geheim", "!!geheim x", "!!int geheim", "[geheim", "\"geheim\\q\"", "geheim: geheim", "@geheim",
        ]
    )
    func concealing(_ value: String) throws {
        let error = #expect(throws: YAMLError.self) { try YAML.documents(in: "password: \(value)\n") }
        #expect(error?.description.contains("geheim") == false, "\(error?.description ?? "")")
    }

    @Test("refuses bytes that are no UTF-8")
    func refusesOtherEncodings() {
        #expect(throws: YAMLError.self) { try YAML.documents(in: [0x61, 0x3A, 0x20, 0xFF, 0xFE]) }
    }

    @Test("refuses a text whose aliases mean more values than the limit")
    func refusesAliasBombs() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<10 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let error = #expect(throws: YAMLError.self) { try YAML.documents(in: text) }
        #expect(error?.message.contains("more than 2000000 values") == true)
    }

    @Test("refuses depth, nodes and bytes beyond the limits")
    func refusesBeyondLimits() {
        let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        let error = #expect(throws: YAMLError.self) { try YAML.documents(in: deep) }
        #expect(error?.message == "nested deeper than 100")
        let few = YAMLLimits(maximumNodes: 3)
        #expect(throws: YAMLError.self) { try YAML.documents(in: "[1, 2, 3]", limits: few) }
        #expect(throws: Never.self) { try YAML.documents(in: "[1, 2]", limits: few) }
        #expect(throws: YAMLError.self) { try YAML.documents(in: "abcd", limits: YAMLLimits(maximumBytes: 3)) }
    }

    @Test("refuses a second document where one is expected")
    func refusesSecondDocument() {
        #expect(throws: YAMLError.self) { try YAML.document(in: Array("a: 1\n---\nb: 2\n".utf8)) }
    }
}
