import HubAPI
import JSON

extension RolloutSummary {
    /// What was started: `Rollout 7: 1 canary, then 10 %, 50 %, 100 % of 12 affected clusters`.
    var sentence: String {
        var text = "Rollout \(number): \(plan)"
        if affected > 0, unaffected > 0 { text += "; \(unaffected) more run the same as before" }
        return text + "."
    }

    /// `running, wave 2 of 4, soaking`.
    var standing: String {
        switch state {
        case "running" where waveCount > 0: "\(state), wave \(wave) of \(waveCount), \(phase)"
        case "superseded": supersededBy.map { "superseded by rollout \($0)" } ?? state
        default: state
        }
    }

    /// `3 healthy, 1 moved, 8 waiting`.
    var countText: String {
        let order = ["failed", "moved", "returning", "waiting", "deferred", "healthy", "returned", "taken"]
        let parts = order.compactMap { state in
            counts[state].flatMap { $0 > 0 ? "\($0) \(state)" : nil }
        }
        return parts.joined(separator: ", ")
    }

    /// Which clusters it is about.
    var scopeText: String {
        if let names = scope["clusters"]?.arrayValue?.compactMap(\.stringValue) {
            return names.count <= 3 ? names.joined(separator: ", ") : "\(names.count) clusters"
        }
        if let group = scope["group"]?.stringValue { return "group \(group)" }
        if let labels = scope["selector"]?.objectValue {
            return labels.sorted { $0.key < $1.key }.map { "\($0)=\($1.stringValue ?? "")" }.joined(separator: ",")
        }
        return "fleet"
    }

    var style: Style {
        switch state {
        case "completed": .good
        case "halted": .bad
        case "running", "planned", "returning", "paused": .busy
        default: .faint
        }
    }
}

extension RolloutCluster {
    var style: Style {
        switch state {
        case "healthy": .good
        case "failed": .bad
        case "moved", "returning": .busy
        default: .plain
        }
    }
}

extension Session {
    /// Prints a rollout as whoever has just changed it wants to see it.
    func show(_ rollout: RolloutSummary, _ format: OutputFormat?, _ sentence: String) throws {
        try show(format ?? .table, json: rollout.json, names: [String(rollout.number)]) {
            try terminal.line(sentence)
        }
    }
}
