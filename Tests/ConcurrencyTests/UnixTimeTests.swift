import Testing

@testable import Concurrency

@Suite struct UnixTimeTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"),
            (951_827_696_000, "2000-02-29T12:34:56Z"),
            (1_700_000_000_123, "2023-11-14T22:13:20.123Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (-62_135_596_800_000, "0001-01-01T00:00:00Z"),
            (253_402_300_799_000, "9999-12-31T23:59:59Z"),
        ] as [(Int64, String)]
    )
    func `a moment and its text are the same both ways`(milliseconds: Int64, text: String) {
        #expect(UnixTime(milliseconds: milliseconds).rfc3339 == text)
        #expect(UnixTime(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(
        arguments: [
            ("2023-11-14T23:13:20+01:00", 1_700_000_000_000),
            ("2023-11-14T17:43:20.5-04:30", 1_700_000_000_500),
            ("2023-11-14t22:13:20.123456789z", 1_700_000_000_123),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000),
        ] as [(String, Int64)]
    )
    func `offsets, long fractions and leap seconds are read`(text: String, milliseconds: Int64) {
        #expect(UnixTime(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2023-11-14", "2023-02-29T00:00:00Z", "2023-13-01T00:00:00Z", "2023-11-14T24:00:00Z",
        "2023-11-14T22:13:20", "2023-11-14T22:13:20.Z", "2023-11-14T22:13:20Zx", "2023-11-14T22:13:20+1:00",
    ])
    func `what is no date is refused`(text: String) {
        #expect(UnixTime(rfc3339: text) == nil)
    }

    @Test func `durations move a moment and differences are durations`() {
        let start = UnixTime(seconds: 100)
        #expect(start + .seconds(1.5) == UnixTime(milliseconds: 101_500))
        #expect(start - .seconds(200) == UnixTime(seconds: -100))
        #expect(UnixTime(seconds: 160) - start == .seconds(60))
    }

    @Test(
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (784_111_777_000, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (1_709_210_096_500, "Thu, 29 Feb 2024 12:34:56 GMT"),
        ] as [(Int64, String)]
    )
    func `a moment is written as HTTP does`(milliseconds: Int64, text: String) {
        #expect(UnixTime(milliseconds: milliseconds).httpDate == text)
    }
}
