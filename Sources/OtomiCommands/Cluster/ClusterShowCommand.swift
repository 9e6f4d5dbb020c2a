import ArgumentParser
import HubAPI
import JSON

/// `otomi cluster show`.
struct ClusterShowCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one cluster: its state, its revisions and its layers."
    )

    @Argument(help: "The cluster's name.")
    var name: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try session.hub(hub)
        let cluster = try await session.withProgress("reading cluster \(name)") { _ in try await client.cluster(name) }
        try session.show(output.format ?? .table, json: cluster.json, names: [cluster.name]) {
            try session.terminal.write(facts(of: cluster, session))
            let layers = layerTable(cluster)
            if !layers.isEmpty {
                try session.terminal.write("\n" + layers.text(colour: session.terminal.usesColour))
            }
            let notReady = notReadyTable(cluster)
            if !notReady.isEmpty {
                try session.terminal.write("\n" + notReady.text(colour: session.terminal.usesColour))
            }
        }
    }

    private func facts(of cluster: ClusterStatus, _ session: Session) -> String {
        let now = session.time.unixSeconds()
        let state = cluster.state.style.apply(to: cluster.state.rawValue.printable, colour: session.terminal.usesColour)
        let since = cluster.since.map { " for \(Age.text(since: $0, now: now))" } ?? ""
        let versions = cluster.versions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let generation =
            cluster.appliedGeneration.map { $0 == cluster.generation ? "\($0)" : "\($0) → \(cluster.generation)" }
            ?? "- → \(cluster.generation)"
        // The colour of the state is to reach the terminal, unlike what others wrote.
        let heading: [(String, String)] = [("Cluster", cluster.name.printable), ("State", state + since.printable)]
        let rest: [(String, String)] = [
            ("Reason", cluster.trouble),
            ("Paused", holdText(cluster, now: now)),
            ("Deletions", cluster.pendingDeletions?.sentence(cluster: cluster.name) ?? ""),
            ("Drift", cluster.driftMode),
            ("Provider", [cluster.provider, cluster.region].filter { !$0.isEmpty }.joined(separator: ", ")),
            ("Domain", cluster.domain ?? ""),
            ("Owner", cluster.owner),
            ("About", cluster.description),
            ("Labels", cluster.labelText),
            ("Revision", cluster.revisionText),
            ("Generation", generation),
            ("Last seen", cluster.lastSeen.map { "\(Age.text(since: $0, now: now)) ago" } ?? "never"),
            ("Versions", versions.joined(separator: ", ")),
            ("Agent's key", agentText(cluster, now: now)),
            ("Waiting", cluster.agent?.candidate.map { candidateText($0, now: now) } ?? ""),
            ("Alarm", cluster.agent?.clone ?? ""),
        ]
        let facts = heading + rest.map { ($0.0, $0.1.printable) }
        let width = 12
        return facts.filter { !$0.1.isEmpty }
            .map { $0.0 + String(repeating: " ", count: width - $0.0.count) + $0.1 + "\n" }
            .joined()
    }

    /// `27186c… for 4d, new ones are asked for`.
    private func agentText(_ cluster: ClusterStatus, now: Int64) -> String {
        guard let agent = cluster.agent, let fingerprint = agent.fingerprint else { return "" }
        let since = agent.keysSince.map { " for \(Age.text(since: $0, now: now))" } ?? ""
        let quarantine = agent.quarantinedSince.map { ", in quarantine for \(Age.text(since: $0, now: now))" } ?? ""
        return fingerprint + since + (agent.isRotationAsked ? ", new ones are asked for" : "") + quarantine
    }

    /// `27186c… at 192.0.2.7 for 3m (enrolment)`.
    private func candidateText(_ candidate: ClusterAgent.Candidate, now: Int64) -> String {
        let place = candidate.address.isEmpty ? "" : " at \(candidate.address)"
        let kind = candidate.isRejected ? "\(candidate.kind), rejected" : candidate.kind
        return "\(candidate.fingerprint)\(place) for \(Age.text(since: candidate.since, now: now)) (\(kind))"
    }

    /// `for 4m by alice, honoured by the agent: reason`.
    private func holdText(_ cluster: ClusterStatus, now: Int64) -> String {
        guard let hold = cluster.hold else { return "" }
        let since = hold.since.map { "for \(Age.text(since: $0, now: now)) " } ?? ""
        let who = hold.by.map { "by \($0)" } ?? "on the cluster itself"
        return "\(since)\(who), \(hold.isHonoured ? "honoured" : "not honoured yet") by the agent: \(hold.reason)"
    }

    private func layerTable(_ cluster: ClusterStatus) -> Table {
        var table = Table("LAYER", "STATE", "OBJECTS", "APPLIED", "FAILED", "DIGEST", "MESSAGE")
        for layer in cluster.layers {
            table.add(
                .init(layer.name),
                .init(layer.state),
                .init(String(layer.objects)),
                .init(String(layer.applied)),
                .init(String(layer.failed), layer.failed > 0 ? .bad : .plain),
                .init(String(layer.digest.prefix(12)), .faint),
                .init(layer.message ?? "")
            )
        }
        return table
    }

    private func notReadyTable(_ cluster: ClusterStatus) -> Table {
        var table = Table("NOT READY", "NAMESPACE", "NAME", "WHY")
        for object in cluster.notReady {
            table.add(
                .init(object["kind"]?.stringValue ?? "object"),
                .init(object["namespace"]?.stringValue ?? "-"),
                .init(object["name"]?.stringValue ?? object.stringValue ?? object.compactText),
                .init(object["message"]?.stringValue ?? object["state"]?.stringValue ?? "")
            )
        }
        return table
    }
}
