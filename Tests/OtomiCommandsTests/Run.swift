import HTTPTransport
import HubAPI
import OtomiCommands
import Synchronization

/// What one run of the command left behind.
struct Outcome: Sendable {
    let status: CommandStatus
    let output: String
    let error: String
}

/// What a person would type, and what the terminal is.
struct Person: Sendable {
    var types: String?
    /// What they type unseen, one after another.
    var secrets: [String] = []
    var input = ""
    var hasErrorTerminal = false
    var usesColour = false
}

private final class Recording: Sendable {
    let output = Mutex("")
    let error = Mutex("")
    let secrets: Mutex<[String]>

    init(secrets: [String]) { self.secrets = Mutex(secrets) }
}

/// The moment that ages are counted to in tests: 2026-01-02T03:04:05Z.
let testNow: Int64 = 1_767_323_045

/// Runs `otomi` with a scripted hub and a recorded terminal.
func otomi(
    _ arguments: String...,
    hub: FakeHub = FakeHub(),
    person: Person = Person(),
    environment: [String: String] = ["OTOMI_HUB": "http://hub.test", "OTOMI_TOKEN": "secret"],
    time: TimeSource? = nil
) async -> Outcome {
    await otomi(arguments, hub: hub, person: person, environment: environment, time: time)
}

/// Runs `otomi` with a scripted hub and a recorded terminal.
func otomi(
    _ arguments: [String],
    hub: FakeHub = FakeHub(),
    person: Person = Person(),
    environment: [String: String] = ["OTOMI_HUB": "http://hub.test", "OTOMI_TOKEN": "secret"],
    time: TimeSource? = nil,
    programs: ProgramRunner = .none
) async -> Outcome {
    let recording = Recording(secrets: person.secrets)
    let terminal = Terminal(
        write: { text in recording.output.withLock { $0 += text } },
        writeError: { text in recording.error.withLock { $0 += text } },
        readLine: { person.types },
        readSecret: { recording.secrets.withLock { $0.isEmpty ? nil : $0.removeFirst() } },
        readAll: { _ in Array(person.input.utf8) },
        isInputInteractive: person.types != nil,
        isErrorInteractive: person.types != nil || person.hasErrorTerminal,
        usesColour: person.usesColour
    )
    let session = Session(
        terminal: terminal,
        environment: environment,
        time: time ?? ManualTime().source,
        connect: { url, token, _, _ in
            try HubClient(url: url, token: token) { (request) async throws(HTTPTransportError) in
                try hub.answer(request)
            }
        },
        programs: programs
    )
    let status = await OtomiCommand.run(arguments, in: session)
    return Outcome(
        status: status,
        output: recording.output.withLock(\.self),
        error: recording.error.withLock(\.self)
    )
}
