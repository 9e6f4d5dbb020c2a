// Civil dates by Howard Hinnant's algorithms (chrono-compatible, proleptic Gregorian): no Foundation, no locale, no
// time zone database.

extension UnixTime: CustomStringConvertible {
    /// The moment in UTC, such as `2024-02-29T12:34:56Z`; milliseconds only when there are some.
    package var rfc3339: String {
        let days = Self.floorDivide(seconds, 86400)
        let second = Int(seconds - days * 86400)
        let (year, month, day) = Self.civil(days: days)
        var text = Self.padded(year, 4) + "-" + Self.padded(month, 2) + "-" + Self.padded(day, 2)
        text += "T" + Self.padded(second / 3600, 2) + ":" + Self.padded(second / 60 % 60, 2)
        text += ":" + Self.padded(second % 60, 2)
        let rest = Int(milliseconds - seconds * 1000)
        if rest != 0 { text += "." + Self.padded(rest, 3) }
        return text + "Z"
    }

    package var description: String { rfc3339 }

    /// Reads RFC 3339 text with any offset; digits beyond milliseconds are cut off, a leap second counts as the next.
    ///
    /// `nil` when the text is no such date.
    package init?(rfc3339 text: String) {
        var reader = DigitReader(text.utf8)
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
            let day = reader.number(2), reader.skip("T", "t", " "), let hour = reader.number(2), reader.skip(":"),
            let minute = reader.number(2), reader.skip(":"), let second = reader.number(2),
            (1...12).contains(month), day >= 1, day <= Self.daysIn(month: month, year: year),
            hour < 24, minute < 60, second <= 60
        else { return nil }
        var fraction: Int64 = 0
        if reader.skip(".") {
            guard let read = reader.milliseconds() else { return nil }
            fraction = read
        }
        guard let offset = reader.offsetSeconds(), reader.isAtEnd else { return nil }
        let days = Self.days(year: year, month: month, day: day)
        let total = days * 86400 + Int64(hour * 3600 + minute * 60 + second) - offset
        self.init(milliseconds: total * 1000 + fraction)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func days(year: Int, month: Int, day: Int) -> Int64 {
        let year = Int64(month <= 2 ? year - 1 : year)
        let era = floorDivide(year, 400)
        let yearOfEra = year - era * 400
        let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(days: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = Int(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
        let month = Int(shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9)
        return (Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0), month, day)
    }
}

/// Reads fixed-width decimal fields.
private struct DigitReader {
    private var rest: ArraySlice<UInt8>

    init(_ text: String.UTF8View) {
        rest = Array(text)[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func number(_ width: Int) -> Int? {
        guard rest.count >= width else { return nil }
        var value = 0
        for _ in 0..<width {
            guard let digit = nextDigit() else { return nil }
            value = value * 10 + digit
        }
        return value
    }

    mutating func skip(_ accepted: Unicode.Scalar...) -> Bool {
        guard let first = rest.first, accepted.contains(Unicode.Scalar(first)) else { return false }
        rest.removeFirst()
        return true
    }

    /// One digit or more after the point, as milliseconds.
    mutating func milliseconds() -> Int64? {
        guard var value = nextDigit().map(Int64.init) else { return nil }
        var digits = 1
        while let digit = nextDigit() {
            digits += 1
            if digits <= 3 { value = value * 10 + Int64(digit) }
        }
        while digits < 3 {
            value *= 10
            digits += 1
        }
        return value
    }

    /// `Z` or `±hh:mm`.
    mutating func offsetSeconds() -> Int64? {
        if skip("Z", "z") { return 0 }
        let sign: Int64
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return sign * Int64(hours * 3600 + minutes * 60)
    }

    private mutating func nextDigit() -> Int? {
        guard let first = rest.first, (0x30...0x39).contains(first) else { return nil }
        rest.removeFirst()
        return Int(first - 0x30)
    }
}
