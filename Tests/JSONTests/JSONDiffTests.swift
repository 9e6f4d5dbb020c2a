import JSON
import Testing

@Suite struct JSONDiffTests {
    private static func lines(_ before: JSONValue?, _ after: JSONValue?) -> [String] {
        JSONDiff.between(before, after).map { difference in
            let texts = [difference.before, difference.after].map { value in
                value.map { String(decoding: $0.serialized(), as: UTF8.self) } ?? "-"
            }
            return "\(difference.pointer): \(texts[0]) -> \(texts[1])"
        }
    }

    @Test func `equal values have no difference`() {
        #expect(Self.lines(["a": [1, ["b": 2]]], ["a": [1, ["b": 2]]]).isEmpty)
        #expect(Self.lines(nil, nil).isEmpty)
    }

    @Test func `objects are compared member by member, in the order of their keys`() {
        let before: JSONValue = ["port": 80, "image": ["tag": "1", "repository": "x"], "old": true]
        let after: JSONValue = ["port": 81, "image": ["tag": "2", "repository": "x"], "a/b": "new"]
        #expect(
            Self.lines(before, after) == [
                #"/a~1b: - -> "new""#, #"/image/tag: "1" -> "2""#, "/old: true -> -", "/port: 80 -> 81",
            ]
        )
    }

    @Test func `null and absence are two things`() {
        #expect(Self.lines(["a": .null], [:]) == ["/a: null -> -"])
        #expect(Self.lines([:], ["a": .null]) == ["/a: - -> null"])
    }

    @Test func `an element that comes or goes is one difference`() {
        #expect(Self.lines([1, 2, 3], [1, 9, 2, 3]) == ["/1: - -> 9"])
        #expect(Self.lines([1, 2, 3], [2, 3]) == ["/0: 1 -> -"])
        #expect(Self.lines([1, 1], [1, 1, 1]) == ["/2: - -> 1"])
    }

    @Test func `elements that change are compared further down`() {
        let before: JSONValue = [["name": "a", "value": 1], ["name": "b", "value": 2]]
        let after: JSONValue = [["name": "a", "value": 1], ["name": "b", "value": 3]]
        #expect(Self.lines(before, after) == ["/1/value: 2 -> 3"])
    }

    @Test func `values of different types are replaced whole`() {
        #expect(Self.lines(["a": ["b": 1]], ["a": [1]]) == [#"/a: {"b":1} -> [1]"#])
        #expect(Self.lines(nil, ["a": 1]) == [#": - -> {"a":1}"#])
    }

    @Test func `what is to be compared as one is replaced whole`() {
        let before: JSONValue = ["password": ["$secret": "one"]]
        let after: JSONValue = ["password": ["$secret": "two"]]
        let found = JSONDiff.between(before, after) { $0["$secret"] != nil }
        #expect(found.map(\.pointer.description) == ["/password"])
        #expect(found.first?.after == ["$secret": "two"])
    }

    @Test func `a difference survives its JSON form, null included`() throws {
        for difference in [
            JSONDifference(pointer: JSONPointer(["a", "0"]), before: .null, after: nil),
            JSONDifference(pointer: .root, before: nil, after: ["x": 1]),
        ] {
            #expect(try JSONDifference(json: difference.json) == difference)
        }
    }
}
