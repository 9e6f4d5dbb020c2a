import ArgumentParser

/// A length of time on the command line: `90s`, `2m`, `1h`, `500ms`, `1m30s`, or plain seconds.
struct DurationText: ExpressibleByArgument, Hashable {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        guard let duration = Self.parse(argument) else { return nil }
        self.duration = duration
    }

    var defaultValueDescription: String { "\(duration.components.seconds)s" }

    /// Bounded, so that no sum can overflow.
    private static let longest = Duration.seconds(366 * 86400)

    private static func parse(_ text: String) -> Duration? {
        if let seconds = UInt32(text) { return bounded(.seconds(Int64(seconds))) }
        var rest = text[...]
        var sum = Duration.zero
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            let unit = rest.dropFirst(digits.count).prefix { $0.isASCII && $0.isLetter }
            guard let number = UInt32(digits), let one = self.unit(unit) else { return nil }
            sum += one * Int(number)
            rest = rest.dropFirst(digits.count + unit.count)
        }
        return text.isEmpty ? nil : bounded(sum)
    }

    private static func bounded(_ duration: Duration) -> Duration? { duration <= longest ? duration : nil }

    private static func unit(_ text: Substring) -> Duration? {
        switch text {
        case "ms": .milliseconds(1)
        case "s": .seconds(1)
        case "m": .seconds(60)
        case "h": .seconds(3600)
        case "d": .seconds(86400)
        default: nil
        }
    }
}
