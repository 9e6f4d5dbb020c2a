import HubAPI

/// What agents found when they tried a plan, as a person reads it: what an API server would refuse first.
struct PlanTrialText {
    let isDetailed: Bool
    let fields: PlanFieldText

    /// Without `--details`, so many objects of a cluster.
    private static let maximumObjects = 50

    func lines(of trials: [PlanTrial]) -> [String] { trials.flatMap { lines(of: $0) + [""] } }

    private func lines(of trial: PlanTrial) -> [String] {
        guard trial.state == .done else {
            let reason =
                trial.message ?? (trial.state == .waiting ? "the agent has not answered yet" : trial.state.rawValue)
            return [fields.styled("On \(trial.cluster): \(reason)", .bad)]
        }
        var lines = [fields.styled("On \(trial.cluster): \(sum(trial.objects))", .header)]
        let told = trial.objects.filter { $0.outcome != .unchanged }
        let shown = isDetailed ? told : Array(told.prefix(Self.maximumObjects))
        for object in shown { lines += self.lines(of: object) }
        let hidden = told.count - shown.count + trial.omitted
        if hidden > 0 { lines.append("  " + fields.styled("… and \(hidden) more", .faint)) }
        return lines
    }

    private func sum(_ objects: [TriedObject]) -> String {
        let parts = TriedObject.Outcome.allCases.compactMap { outcome -> String? in
            let count = objects.count { $0.outcome == outcome }
            return count > 0 ? "\(count) \(outcome.rawValue)" : nil
        }
        return parts.isEmpty ? "nothing to try" : parts.joined(separator: ", ")
    }

    private func lines(of object: TriedObject) -> [String] {
        let (sign, style): (String, Style) =
            switch object.outcome {
            case .created: ("+", .good)
            case .changed: ("~", .busy)
            case .unchanged: (" ", .faint)
            case .waiting: ("?", .busy)
            case .conflict, .denied, .failed: ("!", .bad)
            }
        var lines = ["  " + fields.styled("\(sign) \(object.title): \(object.outcome.rawValue)", style)]
        if let message = object.message, object.outcome != .conflict {
            lines.append("      \(message.printable)")
        }
        lines += object.managers.map { "      \($0.field) belongs to \($0.name)".printable }
        return lines + fields.lines(of: object.fields)
    }
}

extension PlanTrial {
    /// Whether the API server would not take something of it.
    var isRefused: Bool { objects.contains { [.conflict, .denied, .failed].contains($0.outcome) } }
}

extension [PlanTrial] {
    /// The failure that it is when an API server was not asked, or not about everything; `nil` when all were.
    var shortfall: CommandFailure? {
        let silent = names { $0.state == .waiting || $0.state == .expired }
        let failed = names { $0.state == .failed }
        let partial = names { $0.state == .done && $0.omitted > 0 }
        var details: [String] = []
        if let silent {
            details.append(
                "\(silent): no answer in time. See otomi cluster show NAME, then plan again with a longer --timeout"
            )
        }
        if let failed {
            details.append("\(failed): the agent could not try it; the plan says why. Mend that, then plan again")
        }
        if let partial {
            details.append("\(partial): not all objects were tried or are told. Plan fewer documents at once")
        }
        guard !details.isEmpty else { return nil }
        return CommandFailure(
            silent == nil ? .failure : .timeout,
            "API servers were not asked about all that changes, so what they would refuse is not known",
            details: details
        )
    }

    /// The clusters of those that are so; `nil` when none is.
    private func names(where isSo: (PlanTrial) -> Bool) -> String? {
        let clusters = filter(isSo).map(\.cluster)
        return clusters.isEmpty ? nil : clusters.joined(separator: ", ")
    }
}
