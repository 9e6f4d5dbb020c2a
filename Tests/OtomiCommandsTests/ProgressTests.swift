import HubAPI
import Synchronization
import Testing

@testable import OtomiCommands

@Suite struct ProgressTests {
    private final class Recording: Sendable {
        let text = Mutex("")
    }

    private func session(_ recording: Recording, isInteractive: Bool, drawn: AsyncStream<Void>.Continuation) -> Session
    {
        Session(
            terminal: Terminal(
                write: { _ in },
                writeError: { text in
                    recording.text.withLock { $0 += text }
                    drawn.yield()
                },
                isErrorInteractive: isInteractive
            ),
            environment: [:],
            time: ManualTime().source,
            connect: { _, _, _, _ in throw HubClientError(.unexpected, "no hub") }
        )
    }

    @Test("a line is drawn for a person once a second has passed, follows the work, and is cleared")
    func drawn() async throws {
        let recording = Recording()
        let (stream, drawn) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let session = session(recording, isInteractive: true, drawn: drawn)
        let result = try await session.withProgress("waiting") { progress in
            var draws = stream.makeAsyncIterator()
            _ = await draws.next()
            progress.say("still waiting")
            while !recording.text.withLock({ $0.contains("still waiting") }) { _ = await draws.next() }
            return 7
        }
        #expect(result == 7)
        let text = recording.text.withLock(\.self)
        #expect(text.hasPrefix("\r\u{1B}[K| waiting … 1 s"))
        #expect(text.hasSuffix("\r\u{1B}[K"))
    }

    @Test("nothing is drawn where nobody watches, and a failure comes through")
    func silent() async {
        let recording = Recording()
        let (_, drawn) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let session = session(recording, isInteractive: false, drawn: drawn)
        await #expect(throws: CommandFailure.self) {
            try await session.withProgress("working") { _ in throw CommandFailure(.conflict, "no") }
        }
        let text = recording.text.withLock(\.self)
        #expect(text.isEmpty)
    }

    @Test("a failure of watched work comes through")
    func watchedFailure() async {
        let (_, drawn) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let session = session(Recording(), isInteractive: true, drawn: drawn)
        let error = await #expect(throws: CommandFailure.self) {
            try await session.withProgress("working") { _ in throw CommandFailure(.conflict, "no") }
        }
        #expect(error?.status == .conflict)
    }
}
