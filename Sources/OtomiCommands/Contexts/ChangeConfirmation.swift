import ArgumentParser
import HubAPI

/// What a change in production demands: the name of what is changed, typed or given.
struct ChangeConfirmation: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "In tier prod: the name of the context or the cluster, instead of typing it when asked.",
            valueName: "name"
        )
    )
    var confirm: String?
}

extension Session {
    /// The hub, for a command that changes something there.
    ///
    /// In production, which is a context or a cluster of tier `prod`, the name is asked for; `--yes` does not count. So a
    /// command that was meant for another shell changes nothing.
    ///
    /// `clusters`: those that are changed, `nil` for all of them; none when it is the hub itself.
    ///
    /// - Throws: `CommandFailure` when another name is typed, or nobody can be asked.
    func hub(
        _ options: HubOptions,
        toChange clusters: [String]? = [],
        _ confirmation: ChangeConfirmation
    ) async throws -> HubClient {
        let target = try HubTarget(options, in: self)
        let client = try hub(target)
        if let context = target.context, context.isProd {
            let sentence = "This changes \(context.name) (\(target.url)), which is production."
            try demand([context.name] + (clusters ?? []), sentence, confirmation)
            return client
        }
        for name in try await productionClusters(among: clusters, client) {
            try demand([name], "This changes cluster \(name), which is production.", confirmation)
        }
        return client
    }

    /// The clusters with the label `tier=prod`; one that does not exist is for the command to complain about.
    private func productionClusters(among names: [String]?, _ client: HubClient) async throws -> [String] {
        guard let names else {
            let query = ClusterQuery(selector: "tier=\(HubContext.prod)")
            return try await client.clusters(query).filter(\.isProd).map(\.name)
        }
        var found: [String] = []
        for name in names {
            do {
                if try await client.cluster(name).isProd { found.append(name) }
            } catch {
                guard error.code == .notFound else { throw error }
            }
        }
        return found
    }

    private func demand(_ names: [String], _ sentence: String, _ confirmation: ChangeConfirmation) throws {
        let expected = "Type \(names[0]) to go on:"
        let given = try confirmation.confirm ?? ask(sentence, expected, instead: "--confirm \(names[0])")
        guard names.contains(given) else { throw Self.notConfirmed }
    }
}

extension ClusterStatus {
    fileprivate var isProd: Bool { labels["tier"] == HubContext.prod }
}
