extension UnixTime {
    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// The second in UTC as HTTP writes it (RFC 9110, section 5.6.7), such as `Thu, 29 Feb 2024 12:34:56 GMT`.
    package var httpDate: String {
        let parts = UnixTime(seconds: seconds).rfc3339.split { "-T:Z".contains($0) }
        guard parts.count == 6, let month = Int(parts[1]) else { return "" }
        let weekday = Self.weekdays[Int(((seconds / 86_400) % 7 + 7) % 7)]
        return "\(weekday), \(parts[2]) \(Self.months[month - 1]) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) GMT"
    }
}
