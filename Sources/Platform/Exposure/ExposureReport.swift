import JSON
import Values

/// What is wrong with the exposure of one service.
struct ExposureReport {
    private struct Entry {
        let place: [String]
        let message: String
        let hint: String?
        let severity: Fault.Severity
    }

    private let team: String
    private let service: String
    private var entries: [Entry] = []

    init(team: String, service: String) {
        self.team = team
        self.service = service
    }

    mutating func add(
        at place: [String],
        _ message: String,
        hint: String? = nil,
        severity: Fault.Severity = .error
    ) {
        entries.append(Entry(place: place, message: message, hint: hint, severity: severity))
    }

    func write(to faults: inout FaultLog) {
        for entry in entries {
            faults.report(
                .service,
                team: team,
                name: service,
                at: JSONPointer(entry.place),
                entry.message,
                hint: entry.hint,
                severity: entry.severity
            )
        }
    }
}
