import HubAPI
import JSON
import Values

/// What an import read, took and left, and what the hub made of it.
struct ImportReport {
    let folder: String
    let fileCount: Int
    let plan: ImportPlan
    /// `nil` when nothing was sent.
    var result: ImportResult?

    var json: JSONValue {
        [
            "folder": .string(folder), "files": fileCount.json, "documents": plan.documents.count.json,
            "clusters": plan.clusters.json, "taken": plan.taken.json, "unplaced": plan.unplaced.json,
            "faults": plan.faults.json, "result": result?.json ?? .null,
        ]
    }

    /// `2 Teams, 5 Services`, in the order of kinds.
    private var kindCounts: String {
        Kind.allCases
            .map { kind in (kind, plan.documents.count { $0.id.kind == kind }) }
            .filter { $0.1 > 0 }
            .map { "\($0.1) \($0.0.rawValue)" }
            .joined(separator: ", ")
    }

    func write(to session: Session) throws {
        try session.terminal.line("Read \(fileCount) files of \(folder).")
        try session.terminal.line(
            "Taken: \(plan.documents.count) documents\(kindCounts.isEmpty ? "" : " (\(kindCounts))")."
        )
        if !plan.clusters.isEmpty {
            let clusters = plan.clusters.map { cluster in
                [cluster.name, cluster.provider, cluster.region].filter { !$0.isEmpty }.joined(separator: " ")
            }
            try session.terminal.line("Clusters: \(clusters.joined(separator: ", ")).")
        }
        if !plan.unplaced.isEmpty {
            try session.terminal.line("\nNot placed:")
            var table = Table("FILE", "PLACE", "WHY")
            for place in plan.unplaced {
                table.add(.init(place.file), .init(place.pointer.description), .init(place.reason))
            }
            try session.terminal.write(table.text(colour: session.terminal.usesColour) + "\n")
        }
        if let result { try session.terminal.line(Self.sentence(result)) }
    }

    private static func sentence(_ result: ImportResult) -> String {
        let pending = result.clusters.isEmpty ? "" : " Pending clusters: \(result.clusters.joined(separator: ", "))."
        guard result.created else { return "Nothing to change, still revision \(result.revision).\(pending)" }
        let counts = [result.changed.countText, "\(result.unchanged) unchanged"].filter { !$0.isEmpty }
        return "Revision \(result.revision): \(counts.joined(separator: ", ")).\(pending)"
    }
}

extension Session {
    func show(_ report: ImportReport, format: OutputFormat?) throws {
        try show(
            format ?? .table,
            json: report.json,
            names: report.plan.documents.map(\.id.shortName),
            table: { try report.write(to: self) }
        )
    }
}
