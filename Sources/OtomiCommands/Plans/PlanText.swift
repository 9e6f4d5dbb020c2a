import HubAPI
import JSON
import Values
import YAML

/// A plan as a person reads it: clusters to which the same happens together, then what happens, then the sum.
struct PlanText {
    /// How much is shown without `--details`.
    private enum Limit {
        static let clusters = 2
        static let objects = 50
    }

    private let isDetailed: Bool
    private let fields: PlanFieldText

    init(isDetailed: Bool, usesColour: Bool) {
        self.isDetailed = isDetailed
        fields = PlanFieldText(isDetailed: isDetailed, usesColour: usesColour)
    }

    func text(of plan: Plan) -> String {
        var lines: [String] = []
        for group in plan.groups { lines += self.lines(of: group) + [""] }
        lines += PlanTrialText(isDetailed: isDetailed, fields: fields).lines(of: plan.trials ?? [])
        lines += plan.faults.sorted().map { styled($0.lineWithSeverity, .busy) }
        return (lines + summary(of: plan)).map { $0 + "\n" }.joined()
    }

    // MARK: - Groups

    private func lines(of group: PlanGroup) -> [String] {
        let sum = group.blocked ? "stays as it is" : self.sum(group.counts)
        var lines = [styled("\(heading(group.clusters)): \(sum)", .header)]
        lines += group.faults.sorted().map { "  " + styled(line(of: $0), $0.severity == .error ? .bad : .busy) }
        lines += group.dangers.map { "  " + styled("! \(line(of: $0))", .bad) }
        let shown = isDetailed ? group.objects : Array(group.objects.prefix(Limit.objects))
        lines += shown.flatMap(self.lines)
        let hidden = group.counts.total - shown.count
        return lines + (hidden > 0 ? [fields.more(hidden, "object", indent: 2)] : [])
    }

    private func heading(_ clusters: [String]) -> String {
        let shown =
            isDetailed || clusters.count <= Limit.clusters + 1 ? clusters : Array(clusters.prefix(Limit.clusters))
        let rest = clusters.count > shown.count ? ", +\(clusters.count - shown.count)" : ""
        return "\(count(clusters.count, "cluster")) (\(shown.joined(separator: ", "))\(rest))"
    }

    private func sum(_ counts: Plan.Counts) -> String {
        guard counts.total > 0 else { return "no object changes" }
        let replaced = counts.replaced > 0 ? "\(counts.replaced) to make anew, " : ""
        return "\(counts.added) to add, \(counts.changed) to change, \(replaced)\(counts.removed) to remove"
    }

    private func line(of fault: Fault) -> String {
        fault.severity == .warning ? fault.lineWithSeverity : "error: \(fault)"
    }

    private func line(of danger: PlanDanger) -> String {
        [danger.object, danger.message].compactMap(\.self).joined(separator: ": ")
    }

    private func lines(of object: PlannedObject) -> [String] {
        let (sign, style): (String, Style) =
            switch object.action {
            case .added: ("+", .good)
            case .changed: ("~", .busy)
            case .replaced: ("±", .bad)
            case .removed: ("-", .bad)
            }
        let note = object.stays ? " (stays on the cluster: otomi.io/prune is disabled)" : ""
        var lines = ["  " + styled("\(sign) \(object.title)\(note)", style)] + fields.lines(of: object.fields)
        if let body = object.object {
            lines += YAML.text(of: body).split(separator: "\n").map { "      " + styled(String($0), .good) }
        }
        return lines
    }

    // MARK: - The sum

    private func summary(of plan: Plan) -> [String] {
        guard !plan.groups.isEmpty else {
            let stay = plan.clusters == 1 ? "stays as it is" : "stay as they are"
            return ["No changes: \(count(plan.clusters, "cluster")) \(stay)."]
        }
        var lines: [String] = []
        if plan.truncated { lines.append(styled("Too much changes to tell all of it; the numbers are exact.", .faint)) }
        let whole = "Plan: \(sum(plan.counts)) on \(plan.changedClusters) of \(count(plan.clusters, "cluster"))."
        lines.append(styled(whole, .header))
        let dangers = plan.groups.reduce(0) { $0 + $1.dangers.count }
        if dangers > 0 {
            lines.append(styled("\(count(dangers, "danger")): what is marked ! cannot be taken back.", .bad))
        }
        return lines
    }

    private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    private func styled(_ text: String, _ style: Style) -> String { fields.styled(text, style) }
}
