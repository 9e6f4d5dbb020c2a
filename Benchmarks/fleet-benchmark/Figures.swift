import Foundation

/// Prints rows of figures, and words them alike.
struct Figures {
    static func title(_ text: String) { say("\n## \(text)") }

    static func row(_ name: String, _ value: String) {
        say("\(name)\(String(repeating: " ", count: max(1, 46 - name.count)))\(value)")
    }

    static func say(_ text: String) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }

    static func seconds(_ duration: Duration) -> String { "\(rounded(duration.inSeconds)) s" }

    static func milliseconds(_ duration: Duration) -> String { "\(rounded(duration.inSeconds * 1_000)) ms" }

    static func megabytes(_ bytes: Int) -> String { "\(rounded(Double(bytes) / 1e6)) MB" }

    /// An amount of memory, with how it was counted.
    static func memory(_ memory: ProcessSample.Memory) -> String {
        "\(megabytes(memory.bytes)) (\(memory.measure.rawValue))"
    }

    static func kilobytes(_ bytes: Int) -> String { "\(rounded(Double(bytes) / 1e3)) kB" }

    static func percent(_ share: Double) -> String { "\(rounded(share * 100)) % of one core" }

    static func rounded(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100).\(abs(hundredths) % 100 < 10 ? "0" : "")\(abs(hundredths) % 100)"
    }
}

/// Durations of one thing, measured many times.
struct Samples {
    private var durations: [Duration] = []

    mutating func add(_ duration: Duration) { durations.append(duration) }

    func percentile(_ share: Double) -> Duration {
        let sorted = durations.sorted()
        guard !sorted.isEmpty else { return .zero }
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
    }
}
