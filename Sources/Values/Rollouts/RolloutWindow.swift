package import JSON

/// Hours of some days of the week in which clusters may be moved.
package struct RolloutWindow: Hashable, Sendable {
    package enum Day: String, CaseIterable, Hashable, Sendable {
        case mon, tue, wed, thu, fri, sat, sun
    }

    /// The days on which it opens; it may close on the day after.
    package var days: [Day]
    /// When it opens, in minutes after midnight.
    package var from: Int
    /// When it closes; not after it opens, it is on the next day.
    package var to: Int
    /// How far its clock is ahead of UTC, in minutes.
    package var offset: Int

    package init(days: [Day] = Day.allCases, from: Int, to: Int, offset: Int = 0) {
        self.days = days
        self.from = from
        self.to = to
        self.offset = offset
    }

    /// Whether it is open at a moment, in seconds since 1970.
    package func isOpen(at seconds: Int64) -> Bool {
        let minutes = Self.floorDivide(seconds, 60) + Int64(offset)
        let day = Self.floorDivide(minutes, 1_440)
        let minute = Int(minutes - day * 1_440)
        if from < to { return opens(on: day) && (from..<to).contains(minute) }
        return opens(on: day) && minute >= from || opens(on: day - 1) && minute < to
    }

    /// 1970-01-01 was a Thursday.
    private func opens(on day: Int64) -> Bool {
        let index = Int(((day + 3) % 7 + 7) % 7)
        return days.contains(Day.allCases[index])
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
    }
}

/// The JSON form: `{"days": ["mon", "tue"], "from": "22:00", "to": "04:00", "offset": "+01:00"}`.
extension RolloutWindow: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        let names: [String] = try json.optional("days") ?? Day.allCases.map(\.rawValue)
        var days: [Day] = []
        for name in names {
            guard let day = Day(rawValue: name) else {
                let known = Day.allCases.map(\.rawValue).joined(separator: ", ")
                throw JSONError("'\(name)' is no day: use \(known)", at: JSONPointer(["days"]))
            }
            days.append(day)
        }
        self.init(
            days: days,
            from: try Self.minutes(try json.required("from"), "from"),
            to: try Self.minutes(try json.required("to"), "to"),
            offset: try Self.signedMinutes(try json.optional("offset") ?? "+00:00")
        )
    }

    package var json: JSONValue {
        .members([
            "days": days.map(\.rawValue), "from": Self.text(from), "to": Self.text(to),
            "offset": (offset < 0 ? "-" : "+") + Self.text(abs(offset)),
        ])
    }

    private static func minutes(_ text: String, _ member: String) throws(JSONError) -> Int {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isNumber) }),
            let hours = Int(parts[0]), let minutes = Int(parts[1]), minutes < 60, hours * 60 + minutes <= 1_440
        else { throw JSONError("'\(text)' is no time of day: use hours and minutes, 22:00", at: JSONPointer([member])) }
        return hours * 60 + minutes
    }

    private static func signedMinutes(_ text: String) throws(JSONError) -> Int {
        if text == "Z" { return 0 }
        guard let sign = text.first, sign == "+" || sign == "-" else {
            throw JSONError("'\(text)' is no offset from UTC: use +01:00", at: JSONPointer(["offset"]))
        }
        let minutes = try minutes(String(text.dropFirst()), "offset")
        return sign == "-" ? -minutes : minutes
    }

    private static func text(_ minutes: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        return "\(two(minutes / 60)):\(two(minutes % 60))"
    }
}
