import SimulatedFleet

/// What came of a run, for people.
struct FleetTable {
    private let outcome: FleetRun.Outcome
    private let clusters: Int

    init(_ outcome: FleetRun.Outcome, clusters: Int) {
        self.outcome = outcome
        self.clusters = clusters
    }

    func print() {
        row("clusters", "\(clusters)")
        row("all added after", seconds(outcome.enrolled))
        row("all in sync after", seconds(outcome.inSync))
        row(
            "commits",
            "\(outcome.commits)"
                + (outcome.refusedCommits > 0 ? ", \(outcome.refusedCommits) more not acknowledged" : "")
        )
        if outcome.kills > 0 { row("hubs killed", "\(outcome.kills)") }
        row("last commit to last fetch", seconds(outcome.lastChange.lastFetch))
        row("last commit to last report", seconds(outcome.lastChange.lastReport))
        row("bundles taken up", "\(outcome.counts.updates)")
        row("reports taken", "\(outcome.counts.reports)")
        row("requests answered", "\(outcome.counts.answered)")
        row("requests put off", "\(outcome.counts.postponed)")
        row("requests without an answer", "\(outcome.counts.unanswered)")
        row("requests refused", "\(outcome.counts.errors)")
        for text in outcome.counts.errorTexts { Swift.print("  \(text)") }
        guard !outcome.faults.isEmpty else {
            Swift.print("every cluster runs its bundle, digest by digest; every revision and report is there")
            return
        }
        Swift.print("\(outcome.faults.count) things are not as they must be:")
        for fault in outcome.faults.prefix(20) { Swift.print("  \(fault)") }
    }

    private func row(_ name: String, _ value: String) {
        Swift.print(name + String(repeating: " ", count: max(1, 28 - name.count)) + value)
    }

    private func seconds(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
        let hundredths = (milliseconds + 5) / 10
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) s"
    }
}
