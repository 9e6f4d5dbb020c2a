import JSON
import Testing

@testable import OtomiCommands

@Suite struct OutputTests {
    @Test("a table aligns its columns and leaves no blanks at the ends of lines")
    func alignment() {
        var table = Table("NAME", "STATE", "WHY")
        table.add("a", "inSync", "")
        table.add("a-long-name", "", "broken")
        #expect(
            table.text(colour: false) == """
                NAME         STATE   WHY
                a            inSync
                a-long-name          broken

                """
        )
    }

    @Test("colour does not move columns")
    func colour() {
        var table = Table("A", "B")
        table.add(.init("x", .bad), "y")
        #expect(table.text(colour: true) == "\u{1B}[1mA\u{1B}[0m  \u{1B}[1mB\u{1B}[0m\n\u{1B}[31mx\u{1B}[0m  y\n")
    }

    @Test("a stored text can neither break a table nor steer the terminal")
    func controlCharacters() {
        var table = Table("A")
        table.add(.init("one\ntwo\u{1B}[31m"))
        #expect(table.text(colour: false) == "A\none two [31m\n")
    }

    @Test(
        "what steers a terminal is a blank: controls of both ranges, and what turns the direction of writing",
        arguments: [
            ("a\u{1B}[2Jb", "a [2Jb", "a [2Jb"), ("a\u{7F}b", "a b", "a b"), ("a\u{9B}2Jb", "a 2Jb", "a 2Jb"),
            ("a\u{202E}b\u{2066}c", "a b c", "a b c"), ("one\r\ntwo\n", "one two ", "one\ntwo\n"),
            ("größer → 語", "größer → 語", "größer → 語"), ("", "", ""),
        ]
    )
    func printable(_ text: String, _ line: String, _ lines: String) {
        #expect(text.printable == line)
        #expect(text.printableLines == lines)
    }

    @Test("JSON stays the same value without what steers a terminal")
    func printableJSON() throws {
        let value: JSONValue = ["a\u{202E}": "b\u{7F}\u{9B}2J\u{1B}\nc"]
        let text = value.prettyText.printableJSON
        #expect(text == "{\n  \"a\\u202e\": \"b\\u007f\\u009b2J\\u001b\\nc\"\n}\n")
        #expect(try JSONValue(parsing: text) == value)
    }

    @Test(
        "an age is told in its largest unit",
        arguments: [
            ("2026-01-02T03:04:05Z", "0s"), ("2026-01-02T03:03:05Z", "60s"), ("2026-01-02T03:00:05Z", "4m"),
            ("2026-01-02T00:04:05.123Z", "3h"), ("2025-12-25T03:04:05Z", "8d"), ("2026-01-02T03:09:05Z", "0s"),
            ("yesterday", "yesterday"), ("2024-02-29T03:04:05Z", "673d"),
        ]
    )
    func ages(_ time: String, _ expected: String) {
        #expect(Age.text(since: time, now: testNow) == expected)
    }

    @Test(
        "a length of time is read in its units",
        arguments: [
            ("60s", Duration.seconds(60)), ("2m", .seconds(120)), ("1m30s", .seconds(90)), ("45", .seconds(45)),
            ("500ms", .milliseconds(500)), ("1h", .seconds(3600)), ("0", .zero),
        ]
    )
    func durations(_ text: String, _ expected: Duration) {
        #expect(DurationText(argument: text)?.duration == expected)
    }

    @Test(
        "what is no length of time is refused",
        arguments: ["", "s", "5x", "-1s", "1.5s", "99999d", "1m s", "4294967296"]
    )
    func noDurations(_ text: String) {
        #expect(DurationText(argument: text) == nil)
    }
}
