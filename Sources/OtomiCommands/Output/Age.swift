/// How long ago something was, as people say it.
enum Age {
    /// `12s`, `5m`, `3h`, `4d`; `-` when there is no time, the text itself when it is none.
    static func text(since time: String?, now: Int64) -> String {
        guard let time else { return "-" }
        guard let seconds = unixSeconds(time) else { return time }
        switch max(now - seconds, 0) {
        case let age where age < 120: return "\(age)s"
        case let age where age < 2 * 3600: return "\(age / 60)m"
        case let age where age < 48 * 3600: return "\(age / 3600)h"
        case let age: return "\(age / 86400)d"
        }
    }

    /// Seconds since 1970 of an RFC 3339 time in UTC, as the hub writes it; `nil` for anything else.
    static func unixSeconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"), bytes[10] == UInt8(ascii: "T") else { return nil }
        func number(_ range: Range<Int>) -> Int64? { Int64(String(decoding: bytes[range], as: UTF8.self)) }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), (1...12).contains(month)
        else { return nil }
        return daysSince1970(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
    }

    /// Days from 1 January 1970 in the Gregorian calendar; years begin in March, so that the leap day comes last.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
