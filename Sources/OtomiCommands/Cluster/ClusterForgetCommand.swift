import ArgumentParser
import HubAPI
import JSON

/// `otomi cluster forget`.
struct ClusterForgetCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Takes a cluster out of the fleet; what runs on it is left alone.",
        discussion: """
            No agent is needed, so a dead cluster goes too. Everything on the cluster keeps running, its agent included, which is \
            told that it was forgotten; the values keep their documents about the cluster. Where the agent spoke within the last \
            minutes, the cluster's name is asked for. To shut an agent out and keep the cluster: otomi cluster revoke.
            """,
        aliases: ["remove", "rm"]
    )

    /// How long an agent has to be silent before its cluster is taken for dead.
    private static let livelySeconds: Int64 = 600

    @Argument(help: "The cluster's name.")
    var name: String

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var confirmation: ChangeConfirmation
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let client = try await session.hub(hub, toChange: [name], confirmation)
        let cluster = try await client.cluster(name)
        let now = session.time.unixSeconds()
        let description = "(\(cluster.provider), \(cluster.state))"
        if let seen = cluster.lastSeen.flatMap(Age.unixSeconds), now - seen < Self.livelySeconds {
            let age = Age.text(since: cluster.lastSeen, now: now)
            try session.confirm(
                typing: cluster.name,
                "The agent of cluster \(cluster.name) \(description) spoke \(age) ago. Forget it all the same?",
                yes: yes
            )
        } else {
            try session.confirm(
                "Forget cluster \(cluster.name) \(description) and refuse its agent from now on?",
                yes: yes
            )
        }
        try await session.withProgress("forgetting cluster \(name)") { _ in try await client.removeCluster(name) }
        let json: JSONValue = ["name": .string(name), "removed": true]
        try session.show(output.format ?? .table, json: json, names: [name]) {
            try session.terminal.line("Cluster \(name) is forgotten. What runs on it keeps running.")
            try session.terminal.line(
                "Documents at cluster/\(name) and placements that name it stay in the values: otomi get --scope cluster/\(name)"
            )
        }
    }
}
