import HubAPI
import JSON
import Testing
import Values

@testable import OtomiCommands

/// What `otomi plan` asks, prints and ends with.
@Suite struct PlanCommandTests {
    private static let route = "POST /api/v1/plans"
    private static let team = "kind: Team\nname: demo\nspec: {}\n"

    private static let quota = PlannedObject(
        .changed,
        apiVersion: "v1",
        kind: "ResourceQuota",
        namespace: "team-demo",
        name: "quota",
        layer: "tenancy/demo",
        fields: [
            JSONDifference(pointer: JSONPointer(["spec", "hard", "pods"]), before: "10", after: "20"),
            JSONDifference(
                pointer: JSONPointer(["data", "key"]),
                before: SecretMarker.marker("before"),
                after: SecretMarker.marker("after")
            ),
        ]
    )

    private static var plan: Plan {
        Plan(
            latest: 7,
            counts: Plan.Counts(added: 4, changed: 4, removed: 1),
            clusters: 6,
            changedClusters: 4,
            groups: [
                PlanGroup(
                    clusters: ["paris", "rome", "tokyo", "zurich"],
                    counts: Plan.Counts(added: 1, changed: 1),
                    objects: [
                        PlannedObject(
                            .added,
                            apiVersion: "v1",
                            kind: "Namespace",
                            name: "team-demo",
                            layer: "tenancy/demo"
                        ),
                        quota,
                    ],
                    faults: [Fault(severity: .warning, message: "a tag is banned")]
                ),
                PlanGroup(
                    clusters: ["lab"],
                    counts: Plan.Counts(removed: 1),
                    objects: [
                        PlannedObject(
                            .removed,
                            apiVersion: "v1",
                            kind: "Namespace",
                            name: "team-old",
                            layer: "tenancy/old"
                        )
                    ],
                    dangers: [
                        PlanDanger(
                            kind: "namespace",
                            object: "Namespace team-old",
                            message: "the namespace is deleted, with everything in it"
                        )
                    ]
                ),
            ]
        )
    }

    private static func hub(_ plan: Plan) -> FakeHub { FakeHub([route: [.json(plan.json)]]) }

    private func plan(_ plan: Plan, _ arguments: String...) async -> Outcome {
        await otomi(["plan", "-f", "-"] + arguments, hub: Self.hub(plan), person: Person(input: Self.team))
    }

    @Test("clusters to which the same happens are shown once, then what changes, then the sum")
    func text() async {
        let outcome = await plan(Self.plan)
        #expect(outcome.status == .success, "\(outcome.error)")
        #expect(
            outcome.output == """
                4 clusters (paris, rome, +2): 1 to add, 1 to change, 0 to remove
                  warning: a tag is banned
                  + Namespace team-demo
                  ~ ResourceQuota team-demo/quota
                      /spec/hard/pods: "10" → "20"
                      /data/key: (secret) → (secret)

                1 cluster (lab): 0 to add, 0 to change, 1 to remove
                  ! Namespace team-old: the namespace is deleted, with everything in it
                  - Namespace team-old

                Plan: 4 to add, 4 to change, 1 to remove on 4 of 6 clusters.
                1 danger: what is marked ! cannot be taken back.

                """
        )
    }

    @Test("with --details every cluster is named")
    func details() async {
        let outcome = await plan(Self.plan, "--details")
        #expect(outcome.output.hasPrefix("4 clusters (paris, rome, tokyo, zurich): "))
    }

    @Test("colour marks what is added, changed and dangerous, on a terminal only")
    func colour() async {
        let outcome = await otomi(
            ["plan", "-f", "-"],
            hub: Self.hub(Self.plan),
            person: Person(input: Self.team, usesColour: true)
        )
        #expect(outcome.output.contains("\u{1B}[32m+ Namespace team-demo\u{1B}[0m"))
        #expect(outcome.output.contains("\u{1B}[31m! Namespace team-old"))
    }

    @Test("nothing that changes is one line")
    func nothing() async {
        let outcome = await plan(Plan(latest: 7, clusters: 3), "--exit-code")
        #expect(outcome.output == "No changes: 3 clusters stay as they are.\n")
        #expect(outcome.status == .success)
    }

    @Test("the exit code says whether something changes, and whether that is dangerous, where it is asked to")
    func exitCodes() async {
        #expect(await plan(Self.plan, "--exit-code").status == .dangerous)
        var harmless = Self.plan
        harmless.groups.removeLast()
        #expect(await plan(harmless, "--exit-code").status == .changes)
        #expect(await plan(harmless, "--exit-code").error.isEmpty)
        #expect(await plan(harmless).status == .success)
    }

    @Test("clusters that would stay as they are for a fault end with the code of faults")
    func blocked() async {
        var plan = Self.plan
        plan.groups[1] = PlanGroup(clusters: ["lab"], faults: [Fault(message: "the provider is wrong")], blocked: true)
        let outcome = await self.plan(plan)
        #expect(outcome.status == .invalid)
        #expect(outcome.output.contains("1 cluster (lab): stays as it is\n  error: the provider is wrong\n"))
    }

    @Test("the JSON is what the hub said, for pipelines")
    func json() async throws {
        let outcome = await plan(Self.plan, "-o", "json")
        let json = try JSONValue(parsing: Array(outcome.output.utf8))
        #expect(json["formatVersion"] == 1)
        #expect(json["dangerous"] == true)
        #expect(try Plan(json: json) == Self.plan)
    }

    @Test("files, removals and a choice of clusters are one request")
    func request() async throws {
        let entry = DocumentEntry(
            document: Document(id: DocumentID(kind: .service, team: "demo", name: "web"), spec: [:]),
            revision: 4,
            author: "ann"
        )
        let hub = FakeHub([
            Self.route: [.json(Plan(latest: 7, clusters: 1).json)],
            "GET /api/v1/documents": [.json(["items": [entry.json]])],
        ])
        let outcome = await otomi(
            [
                "plan", "-f", "-", "--delete", "service/demo/web", "--cluster", "paris", "--selector", "tier=prod",
                "--group", "eu", "--base", "5", "--details",
            ],
            hub: hub,
            person: Person(input: Self.team)
        )
        #expect(outcome.status == .success, "\(outcome.error)")
        let body = try #require(hub.requests.last?.body)
        let request = try PlanRequest(json: body)
        #expect(
            request
                == PlanRequest(
                    .changes(
                        put: [Document(id: DocumentID(kind: .team, name: "demo"), spec: [:])],
                        delete: [DocumentID(kind: .service, team: "demo", name: "web")]
                    ),
                    base: "5",
                    clusters: ["paris"],
                    selector: ["tier": "prod"],
                    group: "eu",
                    details: true
                )
        )
    }

    @Test("a plan is of files, of a draft or of a revision, and of one of them only")
    func usage() async {
        #expect(await otomi("plan").status == .usage)
        #expect(await otomi("plan", "--draft", "next", "--revision", "3").status == .usage)
        let hub = Self.hub(Plan(latest: 7, clusters: 1))
        #expect(await otomi("plan", "--draft", "next", hub: hub).status == .success)
        #expect(hub.requests.last?.body?["draft"] == "next")
        #expect(await otomi("plan", "--revision", "3", hub: hub).status == .success)
        #expect(hub.requests.last?.body?["revision"] == "3")
    }

    @Test("a fault that only the hub can see names the file")
    func faults() async {
        let problem = Problem(
            .invalid,
            detail: "The change has one fault, so there is nothing to plan.",
            errors: [Fault(document: DocumentID(kind: .team, name: "demo"), message: "is wrong")]
        )
        let hub = FakeHub([Self.route: [.problem(problem)]])
        let outcome = await otomi(["plan", "-f", "-"], hub: hub, person: Person(input: Self.team))
        #expect(outcome.status == .invalid)
        #expect(outcome.error.contains("standard input: Team demo: is wrong"))
    }

    // MARK: - On clusters

    private static var tried: Plan {
        var plan = plan
        plan.id = "a1"
        plan.trials = [
            PlanTrial(
                cluster: "paris",
                state: .done,
                objects: [
                    TriedObject(kind: "Namespace", name: "team-demo", outcome: .created),
                    TriedObject(
                        kind: "Deployment",
                        namespace: "team-demo",
                        name: "web",
                        outcome: .conflict,
                        managers: [TriedObject.Manager(name: "kubectl-edit", field: ".spec.replicas")]
                    ),
                    TriedObject(
                        kind: "Service",
                        namespace: "team-demo",
                        name: "web",
                        outcome: .denied,
                        message: "admission webhook \"guard\" denied the request: no"
                    ),
                    TriedObject(kind: "ConfigMap", namespace: "team-demo", name: "files", outcome: .unchanged),
                ]
            ),
            PlanTrial(cluster: "rome", state: .expired, message: "the agent did not answer in time"),
        ]
        return plan
    }

    @Test("with --on-clusters the command waits for the agents and shows what each API server said")
    func onClusters() async {
        var waiting = Self.plan
        waiting.id = "a1"
        waiting.trials = [PlanTrial(cluster: "paris", state: .waiting)]
        let hub = FakeHub([
            Self.route: [.json(waiting.json)],
            "GET /api/v1/plans/a1": [.json(waiting.json), .json(Self.tried.json)],
        ])
        let outcome = await otomi(
            ["plan", "-f", "-", "--on-clusters"],
            hub: hub,
            person: Person(input: Self.team)
        )
        #expect(hub.requests.first?.body?["onClusters"] == true)
        #expect(hub.requests.count == 3)
        #expect(
            outcome.output.contains(
                """
                On paris: 1 created, 1 unchanged, 1 conflict, 1 denied
                  + Namespace team-demo: created
                  ! Deployment team-demo/web: conflict
                      .spec.replicas belongs to kubectl-edit
                  ! Service team-demo/web: denied
                      admission webhook "guard" denied the request: no

                On rome: the agent did not answer in time

                """
            ),
            "\(outcome.output)"
        )
        #expect(outcome.status == .timeout)
        #expect(outcome.error.contains("\n  rome: no answer in time."), "\(outcome.error)")
    }

    @Test(
        "a cluster whose API server was not asked about everything is named, and is no success",
        arguments: [
            (PlanTrial(cluster: "rome", state: .waiting), CommandStatus.timeout),
            (PlanTrial(cluster: "rome", state: .expired), .timeout),
            (PlanTrial(cluster: "rome", state: .failed, message: "no agent has enrolled there"), .failure),
            (PlanTrial(cluster: "rome", state: .done, omitted: 3), .failure),
        ]
    )
    func notAsked(_ trial: PlanTrial, _ status: CommandStatus) async {
        var harmless = Self.plan
        harmless.groups.removeLast()
        harmless.id = "a1"
        harmless.trials = [PlanTrial(cluster: "paris", state: .done), trial]
        let flags: [[String]] = [[], ["--exit-code"]]
        for more in flags {
            let hub = FakeHub([
                Self.route: [.json(harmless.json)], "GET /api/v1/plans/a1": [.json(harmless.json)],
            ])
            let outcome = await otomi(
                ["plan", "-f", "-", "--on-clusters"] + more,
                hub: hub,
                person: Person(input: Self.team)
            )
            #expect(outcome.status == status)
            #expect(outcome.output.contains("On rome: "), "the plan is shown all the same")
            #expect(outcome.error.contains("\n  rome: "), "\(outcome.error)")
            #expect(!outcome.error.contains("paris"))
        }
    }

    @Test("clusters that were asked about everything are a success, and danger comes before what was not asked")
    func asked() async {
        var plan = Self.plan
        plan.trials = [PlanTrial(cluster: "paris", state: .done)]
        #expect(await self.plan(plan).status == .success)
        plan.trials = [PlanTrial(cluster: "paris", state: .expired)]
        #expect(await self.plan(plan, "--exit-code").status == .dangerous)
    }
}
