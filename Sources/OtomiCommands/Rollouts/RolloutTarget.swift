import ArgumentParser
import HubAPI
import Values

/// Which clusters a rollout is about, and how it moves them.
struct RolloutTarget: ParsableArguments {
    @Option(
        name: .customLong("cluster"),
        help: ArgumentHelp("Only this cluster; may be repeated.", valueName: "name")
    )
    var clusters: [String] = []

    @Option(
        name: .customLong("selector"),
        help: ArgumentHelp("Only clusters with this label; may be repeated.", valueName: "key=value")
    )
    var labels: [LabelArgument] = []

    @Option(help: ArgumentHelp("Only the clusters of this group.", valueName: "name"))
    var group: String?

    @Option(help: ArgumentHelp("How: gated or at-once; by default as the fleet's policy says.", valueName: "strategy"))
    var strategy: RolloutStrategyArgument?

    @Option(name: .shortAndLong, help: ArgumentHelp("Why; it is kept with the rollout.", valueName: "text"))
    var message: String

    func validate() throws {
        let given = [!clusters.isEmpty, !labels.isEmpty, group != nil].count { $0 }
        guard given <= 1 else { throw ValidationError("--cluster, --selector and --group exclude each other.") }
        guard !message.isEmpty else { throw ValidationError("Say why: -m MESSAGE.") }
    }

    /// The request for `revision`.
    func request(_ revision: Int64) -> RolloutRequest {
        RolloutRequest(
            revision: revision,
            message: message,
            clusters: clusters.isEmpty ? nil : clusters,
            selector: labels.isEmpty
                ? nil : Dictionary(labels.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last }),
            group: group,
            strategy: strategy?.strategy
        )
    }

    /// The clusters that have to be confirmed by name in production; `nil` for all.
    var named: [String]? { clusters.isEmpty ? nil : clusters }
}

/// A strategy by its name: `gated` or `at-once`.
enum RolloutStrategyArgument: String, ExpressibleByArgument, CaseIterable {
    case gated
    case atOnce = "at-once"

    var strategy: RolloutStrategy {
        switch self {
        case .gated: .standard
        case .atOnce: .atOnce
        }
    }
}
