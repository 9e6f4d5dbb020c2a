import ArgumentParser
import HubAPI
import JSON
import Values

/// `otomi plan`.
struct PlanCommand: Subcommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows what a change would do to every cluster, before it is made.",
        discussion: """
            The change is documents of files (-f) and removals (--delete), a draft, or the values as they were at a \
            revision. The hub compiles it for the whole fleet and compares it, object by object, with what each cluster \
            should run now. Clusters to which the same happens are shown once.

            Secrets are never shown, only that they change. A change that could not be committed is refused with all its \
            faults (exit code 7).

            With --exit-code: 0 nothing changes, 10 something changes, 11 something dangerous happens, which is what \
            cannot be taken back: namespaces, definitions of kinds, volumes, stateful sets and secrets that go, a team \
            that leaves a cluster, fields that cannot be changed, so many deletions that agents would stop and ask, or what \
            an API server refuses.

            With --on-clusters the agents of the chosen clusters apply it to their API servers as a dry run, which shows \
            defaults, admission and who else manages a field, and writes nothing. Where an agent has not answered the exit \
            code is 8, and where it could not try all of it 1.
            """
    )

    @OptionGroup var change: PlannedChange
    @OptionGroup var place: PlanPlace

    @Flag(help: "Show everything: all clusters' names, every field, and whole objects of what is added.")
    var details = false

    @Flag(help: "Have the clusters' agents try it on their API servers, without writing anything; at most 20 clusters.")
    var onClusters = false

    @Option(help: ArgumentHelp("How long to wait for the agents: 60s, 2m.", valueName: "time"))
    var timeout = DurationText(.seconds(120))

    @Flag(help: "Let the exit code say whether something changes.")
    var exitCode = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var hub: HubOptions

    func run(in session: Session) async throws {
        let loaded = try change.load(in: session)
        let client = try session.hub(hub)
        let subject = try await change.subject(loaded, client)
        let request = PlanRequest(
            subject,
            base: place.base,
            clusters: place.clusters,
            selector: Dictionary(place.selector.map { ($0.key, $0.value) }, uniquingKeysWith: { _, last in last }),
            group: place.group,
            details: details,
            onClusters: onClusters
        )
        var plan = try await plan(request, client, loaded, in: session)
        if let id = plan.id { plan = try await answered(plan, id, client, in: session) }
        try session.show(output.format ?? .table, json: plan.json, names: plan.groups.flatMap(\.clusters).sorted()) {
            let text = PlanText(isDetailed: details, usesColour: session.terminal.usesColour)
            try session.terminal.write(text.text(of: plan))
        }
        try finish(plan)
    }

    /// Asks for the plan, and gives the faults that only the hub can see the files they are in.
    private func plan(
        _ request: PlanRequest,
        _ client: HubClient,
        _ loaded: LoadedDocuments,
        in session: Session
    ) async throws -> Plan {
        do {
            var plan = try await session.withProgress("planning the change") { _ in try await client.plan(request) }
            plan.faults = plan.faults.map(loaded.withFile)
            return plan
        } catch let error as HubClientError {
            guard var problem = error.problem else { throw error }
            problem.errors = problem.errors.map(loaded.withFile)
            throw HubClientError(error.code, error.message, problem: problem)
        }
    }

    /// The plan once every agent has answered, or the time is up.
    private func answered(_ plan: Plan, _ id: String, _ client: HubClient, in session: Session) async throws -> Plan {
        let deadline = session.time.elapsed() + timeout.duration
        let faults = plan.faults
        return try await session.withProgress("waiting for the clusters' agents") { _ in
            var latest = plan
            while latest.trials?.contains(where: { $0.state == .waiting }) ?? false,
                session.time.elapsed() < deadline
            {
                try await session.time.sleep(Self.pause)
                latest = try await client.plan(id)
                latest.faults = faults
            }
            return latest
        }
    }

    private static let pause = Duration.seconds(1)

    private func finish(_ plan: Plan) throws {
        if plan.isBlocked {
            let clusters = plan.groups.filter(\.blocked).flatMap(\.clusters).count
            throw CommandFailure(
                .invalid,
                "\(clusters == 1 ? "one cluster" : "\(clusters) clusters") would stay as they are, because of the faults "
                    + "that the plan shows"
            )
        }
        let trials = plan.trials ?? []
        if exitCode, plan.isDangerous || trials.contains(where: \.isRefused) { throw CommandStatus.dangerous }
        if let shortfall = trials.shortfall { throw shortfall }
        if exitCode, plan.counts.total > 0 { throw CommandStatus.changes }
    }
}
