import ArgumentParser
import Concurrency
import HubAPI
import JSON

/// `otomi watch`.
struct WatchCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Shows what happens in the fleet, as it happens.",
        discussion: """
            Begins with what happens from now on, or --since so long ago, and goes on until it is interrupted, an event of \
            the kind --until has come, or --timeout is over (exit code 8). A hub that is away for a moment is asked again, \
            and no event is missed meanwhile; where some may have been, that is said as "resync".

            With -o json each event is one line. Kinds are listed in docs/events.md; a star stands for any ending, as in \
            'cluster.*'.
            """
    )

    @Option(
        name: .customLong("kind"),
        help: ArgumentHelp("Only events of this kind; may be repeated.", valueName: "kind")
    )
    var kinds: [String] = []

    @Option(help: ArgumentHelp("Only events of this cluster.", valueName: "name"))
    var cluster: String?

    @Option(help: ArgumentHelp("Only events of this team.", valueName: "name"))
    var team: String?

    @Option(help: ArgumentHelp("Begin so long ago: 10m, 24h.", valueName: "time"))
    var since: DurationText?

    @Option(help: ArgumentHelp("End after the first event of this kind.", valueName: "kind"))
    var until: String?

    @Option(help: ArgumentHelp("How long to watch at most.", valueName: "time"))
    var timeout: DurationText?

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func validate() throws {
        guard [nil, .table, .json].contains(output.format) else {
            throw ValidationError("Events are shown as lines (table) or as json.")
        }
    }

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let begin = since.map { UnixTime(seconds: session.time.unixSeconds()) - $0.duration }
        // What it ends at has to come, whatever else is shown.
        let asked = kinds.isEmpty ? [] : kinds + [until].compactMap { $0 }
        let query = EventQuery(kinds: asked, cluster: cluster, team: team, since: begin?.rfc3339)
        var watch = EventWatch(
            time: session.time,
            read: { after, wait in try await client.events(query, after: after, waiting: wait) }
        )
        let isEnough = try await watch.follow(timeout: timeout?.duration) { news in
            try show(news, in: session)
            guard let until, case .event(let event) = news else { return false }
            return event.isOfKind(until)
        }
        guard isEnough || until == nil else {
            throw CommandFailure(
                .timeout,
                "no event '\(until ?? "")' came in the time given. See otomi watch --since 1h"
            )
        }
    }

    private func show(_ news: EventWatch.News, in session: Session) throws {
        let terminal = session.terminal
        switch news {
        case .event(let event) where output.format == .json: try terminal.line(event.json.compactText.printableJSON)
        case .event(let event): try terminal.line(Self.line(event))
        case .resync where output.format == .json:
            try terminal.line((["kind": "resync", "subject": "events"] as JSONValue).compactText)
        case .resync:
            try terminal.line("resync: events may have been missed; look at the whole, for example with otomi status")
        case .away(let error): terminal.note("otomi: \(error.message); trying again".printable)
        case .back: terminal.note("otomi: the hub answers again")
        }
    }

    /// One event as people read it: when, what, on what, by whom, and what else is known in short.
    static func line(_ event: HubEvent) -> String {
        let kind = event.kind.padded(to: 28)
        let members = (event.data.objectValue ?? [:]).sorted { $0.key < $1.key }.compactMap { name, value -> String? in
            let text = value.stringValue ?? value.compactText
            return text.isEmpty ? nil : "\(name)=\(text)"
        }
        let rest = members.isEmpty ? "" : "  " + members.joined(separator: " ")
        let line = "\(event.time)  \(kind)  \(event.subject)  by \(event.actor)\(rest)"
        // What others wrote must not steer the terminal.
        return line.printable
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
