import HubAPI
import JSON
import Values

extension Session {
    /// Prints what a commit did, or would do.
    func show(_ result: CommitResult, dryRun: Bool, format: OutputFormat?) throws {
        let changed = result.changed.sorted { $0.document < $1.document }
        try show(format ?? .table, json: result.json, names: changed.map(\.document.shortName)) {
            for warning in result.warnings { terminal.note(warning.lineWithSeverity) }
            try terminal.line(Self.sentence(result, dryRun: dryRun))
            if let rollout = result.rollout { try terminal.line(rollout.sentence) }
            guard !changed.isEmpty else { return }
            let table = Table(changed)
            try terminal.write(table.text(colour: terminal.usesColour))
        }
    }

    private static func sentence(_ result: CommitResult, dryRun: Bool) -> String {
        let counts = result.changed.countText
        let unchanged = "\(result.unchanged) unchanged"
        guard !result.changed.isEmpty else {
            return "Nothing to change, still revision \(result.revision) (\(unchanged))."
        }
        if dryRun {
            return "Nothing was changed (dry run on revision \(result.revision)); it would be \(counts), \(unchanged)."
        }
        return "Revision \(result.revision): \(counts), \(unchanged)."
    }
}

extension [DocumentChange] {
    /// `2 added, 1 changed`; empty when there is none.
    var countText: String {
        DocumentChange.Change.allCases
            .map { kind in (kind, count { $0.change == kind }) }
            .filter { $0.1 > 0 }
            .map { "\($0.1) \($0.0.rawValue)" }
            .joined(separator: ", ")
    }
}

extension DocumentChange.Change {
    var style: Style {
        switch self {
        case .added: .good
        case .changed: .busy
        case .removed: .bad
        }
    }
}
