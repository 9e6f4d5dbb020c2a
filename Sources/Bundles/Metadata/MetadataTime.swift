/// The times of the metadata: whole seconds since 1970 in memory, `2026-11-22T12:00:00Z` in a file.
package enum MetadataTime {
    /// A day in seconds.
    package static let day: Int64 = 86_400

    /// The text of TUF's `expires` field, always in UTC.
    package static func text(_ seconds: Int64) -> String {
        let days = (seconds - (seconds %% day)) / day
        let rest = seconds %% day
        let (year, month, dayOfMonth) = civil(fromDays: days)
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))"
        return "\(date)T\(padded(rest / 3600, 2)):\(padded(rest / 60 % 60, 2)):\(padded(rest % 60, 2))Z"
    }

    /// Reads exactly `YYYY-MM-DDTHH:MM:SSZ`; `nil` for anything else or a day that does not exist.
    package static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        let separators: [(Int, Character)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "Z")]
        guard bytes.count == 20, separators.allSatisfy({ bytes[$0.0] == $0.1.asciiValue }),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let dayOfMonth = number(bytes[8..<10]),
            let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            (1...12).contains(month), hour < 24, minute < 60, second < 60
        else { return nil }
        let days = days(fromYear: year, month: month, day: dayOfMonth)
        guard civil(fromDays: days) == (year, month, dayOfMonth) else { return nil }
        return days * day + hour * 3600 + minute * 60 + second
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return value
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    // The proleptic Gregorian calendar, counted in eras of 400 years that begin on a first of March.

    private static func days(fromYear year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted - (shifted %% 400)) / 400
        let yearOfEra = shifted %% 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let dayOfEra = shifted %% 146_097
        let era = (shifted - dayOfEra) / 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }
}

infix operator %% : MultiplicationPrecedence

/// The remainder that is never negative.
private func %% (left: Int64, right: Int64) -> Int64 {
    let remainder = left % right
    return remainder < 0 ? remainder + right : remainder
}
