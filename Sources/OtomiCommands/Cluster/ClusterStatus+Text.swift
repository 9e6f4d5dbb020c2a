import HubAPI

extension ClusterStatus {
    var stateCell: Table.Cell { .init(state.rawValue, state.style) }

    /// The applied revision, and the desired one when it differs: `12`, `11 → 12`, `- → 12`.
    var revisionText: String {
        let applied = appliedRevision.map(String.init) ?? "-"
        guard let desiredRevision, desiredRevision != appliedRevision else { return applied }
        return "\(applied) → \(desiredRevision)"
    }

    var labelText: String { labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",") }

    /// What is wrong in one sentence, and what waits for a person beside it.
    var trouble: String {
        let notices = [
            hold.flatMap { firstTrouble.contains($0.reason) ? nil : $0.sentence },
            pendingDeletions?.sentence(cluster: name),
        ]
        return ([firstTrouble] + notices.compactMap(\.self)).filter { !$0.isEmpty }
            .reduce("") { $0.contains($1) ? $0 : $0.isEmpty ? $1 : "\($0); \($1)" }
    }

    /// The hub's reason, else the first layer that failed.
    private var firstTrouble: String {
        if let reason, !reason.isEmpty { return reason }
        guard let layer = layers.first(where: { $0.failed > 0 }) else { return "" }
        return "layer \(layer.name): \(layer.failed) of \(layer.objects) objects failed"
            + (layer.message.map { ", \($0)" } ?? "")
    }
}

extension ClusterState {
    var style: Style {
        switch self {
        case .inSync: .good
        case .progressing, .connected, .held, .pending: .busy
        case .degraded, .outOfSync, .lost, .revoked: .bad
        default: .plain
        }
    }

    /// How much a person should care: the lower, the sooner to look at.
    var urgency: Int {
        switch self {
        case .lost: 0
        case .outOfSync: 1
        case .degraded: 2
        case .held: 4
        case .progressing: 5
        case .connected: 6
        case .pending: 7
        case .inSync: 8
        case .revoked: 9
        default: 3
        }
    }
}
