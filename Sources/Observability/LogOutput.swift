import Concurrency
import Glibc
import JSON
package import Logging
import Synchronization

/// Writes log records to standard error, one line each: JSON for machines, text for a person at a terminal.
package struct LogOutput: LogHandler {
    /// How a record is written.
    package enum Format: String, Sendable, CaseIterable {
        case json
        case text
    }

    /// The longest metadata value that is written; the rest is cut off, so that one record cannot flood the log.
    static let maximumValueBytes = 4_096

    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    private let label: String
    private let format: Format
    private let write: @Sendable (String) -> Void

    /// A handler that hands every line to `write`; without it, to standard error.
    package init(
        label: String,
        level: Logger.Level,
        format: Format,
        write: (@Sendable (String) -> Void)? = nil
    ) {
        self.label = label
        self.logLevel = level
        self.format = format
        self.write = write ?? Self.writeToStandardError
    }

    /// Makes this the output of every logger of the process.
    ///
    /// Call it once, first thing in `main`.
    package static func bootstrap(level: Logger.Level, format: Format) {
        LoggingSystem.bootstrap { LogOutput(label: $0, level: level, format: format) }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let values = metadata.merging(event.metadata ?? [:]) { _, new in new }
        switch format {
        case .json: write(jsonLine(event, values))
        case .text: write(textLine(event, values))
        }
    }

    private func jsonLine(_ event: LogEvent, _ values: Logger.Metadata) -> String {
        var record = values.mapValues { JSONValue.string(Self.bounded("\($0)")) }
        record["time"] = .string(UnixTime.now().rfc3339)
        record["level"] = .string(event.level.rawValue)
        record["logger"] = .string(label)
        record["message"] = .string(Self.bounded(event.message.description))
        return JSONValue.object(record).compactText + "\n"
    }

    private func textLine(_ event: LogEvent, _ values: Logger.Metadata) -> String {
        var line = "\(UnixTime.now().rfc3339) \(event.level.rawValue.uppercased()) \(event.message)"
        for (key, value) in values.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(Self.bounded("\(value)"))" }
        return line + "\n"
    }

    private static func bounded(_ text: String) -> String {
        guard text.utf8.count > maximumValueBytes else { return text }
        return String(decoding: text.utf8.prefix(maximumValueBytes), as: UTF8.self) + "…"
    }

    private static let lock = Mutex(())

    private static func writeToStandardError(_ line: String) {
        lock.withLock { _ in
            var rest = Array(line.utf8)[...]
            while !rest.isEmpty {
                let written = rest.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
                guard written > 0 || errno == EINTR else { return }
                rest = rest.dropFirst(max(0, written))
            }
        }
    }
}
