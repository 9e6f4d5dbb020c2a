import Synchronization

/// The line on standard error that says what is being waited for, drawn once something has taken longer than a second.
final class Progress: Sendable {
    private let label: Mutex<String>

    init(_ label: String) { self.label = Mutex(label) }

    /// Replaces the text of the line.
    func say(_ text: String) { label.withLock { $0 = text } }

    var text: String { label.withLock(\.self) }
}

extension Session {
    /// Does `work`; shows `label` and the seconds while it takes longer than one, to a person only.
    func withProgress<Result: Sendable>(
        _ label: String,
        _ work: @Sendable @escaping (Progress) async throws -> Result
    ) async throws -> Result {
        let progress = Progress(label)
        guard terminal.isErrorInteractive else { return try await work(progress) }
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await work(progress) }
            group.addTask {
                try? await draw(progress)
                return nil
            }
            defer { group.cancelAll() }
            while let finished = try await group.next() {
                if let finished { return finished }
            }
            throw CancellationError()
        }
    }

    private func draw(_ progress: Progress) async throws {
        let frames = ["|", "/", "-", "\\"]
        let start = time.elapsed()
        try await time.sleep(.seconds(1))
        defer { terminal.writeError("\r\u{1B}[K") }
        var frame = 0
        while !Task.isCancelled {
            let seconds = (time.elapsed() - start).components.seconds
            terminal.writeError("\r\u{1B}[K\(frames[frame % frames.count]) \(progress.text) … \(seconds) s")
            frame += 1
            try await time.sleep(.milliseconds(200))
        }
    }
}
