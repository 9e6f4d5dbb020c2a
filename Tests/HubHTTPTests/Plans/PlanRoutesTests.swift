import AgentProtocol
import Bundles
import HubAPI
import HubStore
import HubTestSupport
import JSON
import Testing
import Values

/// Previews of changes: what the whole fleet would get, told to whoever may know it.
@Suite struct PlanRoutesTests {
    private func plan(_ request: PlanRequest, _ caller: HubCaller) async throws -> Plan {
        try await caller.post(Route.plans.path(), request).message(Plan.self)
    }

    private func quota(_ pods: String, team: String = "demo") -> Document {
        .team(team, spec: ["resourceQuota": ["pods": .string(pods)]])
    }

    private func job(_ name: String, team: String) -> Document {
        Document(
            id: DocumentID(kind: .job, team: team, name: name),
            spec: [
                "script": "true", "image": ["repository": "busybox", "tag": "1.37"],
                "resources": [
                    "limits": ["cpu": "100m", "memory": "64Mi"], "requests": ["cpu": "10m", "memory": "16Mi"],
                ],
            ]
        )
    }

    @Test func `a change is planned for the whole fleet, and nothing is stored`() async throws {
        try await HubTest.with { hub, caller in
            for name in ["paris", "rome"] { try await caller.addCluster(name) }
            let revision = try await hub.commit(put: [quota("10")])
            let plan = try await plan(PlanRequest(.changes(put: [quota("20")], delete: [])), caller)
            #expect(plan.latest == revision)
            #expect(plan.clusters == 2)
            #expect(plan.changedClusters == 2)
            #expect(plan.groups.map(\.clusters) == [["paris", "rome"]])
            let object = try #require(plan.groups.first?.objects.first { $0.kind == "ResourceQuota" })
            #expect(object.action == .changed)
            #expect(object.fields.contains { $0.before == "10" && $0.after == "20" })
            #expect(!plan.isDangerous)
            #expect(try await hub.store.latestRevision() == revision)
        }
    }

    @Test func `an older revision is planned from where each cluster is, and is dangerous where a team goes`()
        async throws
    {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("paris")
            let first = try await hub.commit(put: [.team("demo")])
            try await hub.commit(put: [.team("other")])
            let plan = try await plan(PlanRequest(.revision(String(first))), caller)
            #expect(plan.revision == first)
            #expect(plan.isDangerous)
            #expect(Set(plan.groups.flatMap(\.dangers).map(\.kind)).isSuperset(of: ["namespace", "team"]))
            #expect(plan.groups.flatMap(\.dangers).contains { $0.object == "Namespace team-other" })
            _ = try await hub.store.tagRevision(first, "before-other")
            let tagged = try await self.plan(PlanRequest(.revision("before-other")), caller)
            #expect(tagged.revision == first)
            let same = try await self.plan(PlanRequest(.revision(String(first)), base: String(first)), caller)
            #expect(same.groups.isEmpty)
        }
    }

    @Test func `clusters are chosen by name, by label and by group`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("paris", labels: ["tier": "prod"])
            try await caller.addCluster("lab", labels: ["tier": "test"])
            let group = Document(
                id: DocumentID(kind: .group, name: "prod"),
                spec: ["selector": ["tier": "prod"], "priority": 10]
            )
            try await hub.commit(put: [group])
            let subject = PlanRequest.Subject.changes(put: [.team("demo")], delete: [])
            for request in [
                PlanRequest(subject, clusters: ["paris"]), PlanRequest(subject, selector: ["tier": "prod"]),
                PlanRequest(subject, group: "prod"),
            ] {
                let plan = try await plan(request, caller)
                #expect(plan.clusters == 1)
                #expect(plan.groups.map(\.clusters) == [["paris"]])
            }
            let unknown = PlanRequest(subject, clusters: ["nowhere"])
            try await caller.post(Route.plans.path(), unknown).problem(.notFound)
            let none = PlanRequest(subject, group: "none")
            let missing = try await caller.post(Route.plans.path(), none).problem(.notFound)
            // A team is not told which groups there are.
            try await hub.commit(put: [.team("demo")])
            let member = caller.with(token: try await hub.token("m", try #require(Grant.team("demo", .teamMember))))
            let own = PlanRequest.Subject.changes(put: [.service("web", team: "demo")], delete: [])
            let hidden = try await member.post(Route.plans.path(), PlanRequest(own, group: "prod")).problem(.notFound)
            #expect(hidden.detail == missing.detail.replacing("none", with: "prod"))
        }
    }

    @Test func `what could not be committed is refused with every fault`() async throws {
        try await HubTest.with { _, caller in
            try await caller.addCluster("paris")
            let put: [Document] = [.service("web", team: "demo", port: "eighty")]
            let answer = try await caller.post(Route.plans.path(), PlanRequest(.changes(put: put, delete: [])))
            let problem = try answer.problem(.invalid)
            #expect(problem.errors.count == 2)
            try await caller.post(Route.plans.path(), PlanRequest(.changes(put: [], delete: []))).problem(.badRequest)
            let gone = PlanRequest(.changes(put: [], delete: [DocumentID(kind: .team, name: "nobody")]))
            try await caller.post(Route.plans.path(), gone).problem(.notFound)
            try await caller.post(Route.plans.path(), PlanRequest(.revision("99"))).problem(.notFound)
        }
    }

    @Test func `a fault that only one cluster has is told with that cluster`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("paris")
            try await caller.addCluster("home", provider: "google")
            try await hub.commit(put: [.team("demo")])
            let change = Document(id: DocumentID(kind: .settings, name: "otomi"), spec: ["hasCloudLB": true])
            let plan = try await plan(PlanRequest(.changes(put: [change], delete: [])), caller)
            let blocked = try #require(plan.groups.first { $0.blocked })
            #expect(blocked.clusters == ["home"])
            #expect(blocked.objects.isEmpty)
            #expect(plan.isBlocked)
        }
    }

    @Test func `a secret that changes is a marker, and one that is sent back as a marker does not change`() async throws
    {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("paris")
            try await hub.commit(put: [.team("demo"), .pullSecret(password: "hunter-one")])
            let change = PlanRequest(.changes(put: [.pullSecret(password: "hunter-two")], delete: []), details: true)
            let answer = try await caller.post(Route.plans.path(), change)
            #expect(!answer.text.contains("hunter"))
            let plan = try answer.message(Plan.self)
            let fields = plan.groups.flatMap(\.objects).flatMap(\.fields)
            #expect(fields.contains { $0.before.map(SecretMarker.isMarker) ?? false && $0.before != $0.after })
            let stored = try #require(try await hub.store.allDocuments().first { $0.document.id.kind == .settings })
            let same = try await self.plan(PlanRequest(.changes(put: [stored.document], delete: [])), caller)
            #expect(same.groups.isEmpty)
        }
    }

    @Test func `a team plans its own documents and sees its own clusters and objects`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("paris")
            try await caller.addCluster("rome")
            let demo = Document.team("demo", spec: ["placement": ["clusters": ["paris"]]])
            try await hub.commit(put: [demo, .team("other")])
            let token = try await hub.token("demo-bot", #require(Grant(.teamMember, team: "demo")))
            let member = caller.with(token: token)
            let put = [job("sync", team: "demo")]
            let plan = try await plan(PlanRequest(.changes(put: put, delete: [])), member)
            #expect(plan.clusters == 1)
            #expect(plan.groups.map(\.clusters) == [["paris"]])
            #expect(plan.groups.flatMap(\.objects).allSatisfy { $0.namespace == "team-demo" })
            let foreign = PlanRequest(.changes(put: [job("sync", team: "other")], delete: []))
            try await member.post(Route.plans.path(), foreign).problem(.notFound)
            let elsewhere = PlanRequest(.changes(put: put, delete: []), clusters: ["rome"])
            try await member.post(Route.plans.path(), elsewhere).problem(.notFound)
            let platform = PlanRequest(.changes(put: [.pullSecret(password: "x")], delete: []))
            try await member.post(Route.plans.path(), platform).problem(.forbidden)
            let tried = PlanRequest(.changes(put: put, delete: []), onClusters: true)
            try await member.post(Route.plans.path(), tried).problem(.forbidden)
        }
    }

    @Test func `an auditor plans revisions, and changes nothing in thought either`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("paris")
            let revision = try await hub.commit(put: [.team("demo")])
            let auditor = caller.with(token: try await hub.token("auditor", .auditor))
            #expect(try await plan(PlanRequest(.revision(String(revision))), auditor).clusters == 1)
            let change = PlanRequest(.changes(put: [quota("20")], delete: []))
            try await auditor.post(Route.plans.path(), change).problem(.forbidden)
        }
    }

    @Test func `a draft is planned with the secrets that it keeps, and a clash is told`() async throws {
        try await HubTest.with { hub, caller in
            try await caller.addCluster("paris")
            try await hub.commit(put: [.team("demo"), .pullSecret(password: "hunter-one")])
            _ = try await hub.store.makeDraft(NewDraft(name: "next", isShared: true))
            _ = try await hub.store.changeDraft(
                named: "next",
                DraftChange(put: [quota("20"), .pullSecret(password: "hunter-two")])
            )
            let before = try await plan(PlanRequest(.draft("next")), caller)
            #expect(before.groups.flatMap(\.objects).contains { $0.kind == "Secret" && $0.action == .changed })
            #expect(before.faults.isEmpty)
            try await hub.commit(put: [quota("30")])
            let after = try await plan(PlanRequest(.draft("next")), caller)
            #expect(after.faults.map(\.document) == [DocumentID(kind: .team, name: "demo")])
            try await caller.post(Route.plans.path(), PlanRequest(.draft("none"))).problem(.notFound)
        }
    }

    // MARK: - On clusters

    @Test func `agents are told by signed metadata what to try, and their answers are shown`() async throws {
        try await HubTest.with { hub, caller in
            var agent = try await TestAgent.enrolled("paris", hub, caller)
            try await caller.addCluster("pending")
            try await hub.commit(put: [.team("demo"), .pullSecret(password: "hunter-one")])
            try await hub.publish()
            let old = try await agent.refresh()
            #expect(old.directives.trial == nil)

            let request = PlanRequest(
                .changes(put: [quota("20"), .pullSecret(password: "hunter-two")], delete: []),
                onClusters: true
            )
            let answer = try await caller.post(Route.plans.path(), request)
            #expect(answer.status == 202)
            let plan = try answer.message(Plan.self)
            let id = try #require(plan.id)
            #expect(plan.trials?.map(\.cluster).sorted() == ["paris", "pending"])
            #expect(plan.trials?.first { $0.cluster == "pending" }?.state == .failed)

            try await hub.publish()
            let bundle = try await agent.refresh()
            let trial = try #require(bundle.directives.trial)
            #expect(trial.id == id)
            #expect(bundle.hasSameLayers(as: old))
            let file = try await agent.send(.layer(trial.digest))
            #expect(file.status == 200)
            let objects = try trial.layer.objects(
                in: file.bytes,
                openingWith: agent.sealing,
                clusterID: agent.clusterID
            )
            let entries = try objects.map { object throws(JSONError) in try TrialEntry(json: object) }
            #expect(entries.contains { $0.object["kind"] == "ResourceQuota" && !$0.isConfidential })
            #expect(entries.contains { $0.object["kind"] == "Secret" && $0.isConfidential })

            let quota = TrialResult(kind: "ResourceQuota", namespace: "team-demo", name: "quota", outcome: .unchanged)
            let report = TrialReport(id: id, results: [quota])
            #expect(try await agent.send(.trial, report).status == 204)
            let shown = try await caller.get(Route.plan.path(id)).message(Plan.self)
            let tried = try #require(shown.trials?.first { $0.cluster == "paris" })
            #expect(tried.state == .done)
            #expect(tried.objects.map(\.outcome) == [.unchanged])
            // It is answered: the file is no longer to be had, and another answer changes nothing.
            #expect(try await agent.send(.layer(trial.digest)).status == 404)
            #expect(try await agent.send(.trial, TrialReport(id: id, failure: "again")).status == 204)
            let again = try await caller.get(Route.plan.path(id)).message(Plan.self)
            #expect(again.trials?.first { $0.cluster == "paris" }?.state == .done)
        }
    }

    @Test func `an agent that does not answer in time is said to be silent`() async throws {
        try await HubTest.with { hub, caller in
            _ = try await TestAgent.enrolled("paris", hub, caller)
            try await hub.commit(put: [.team("demo")])
            let request = PlanRequest(.changes(put: [quota("20")], delete: []), onClusters: true)
            let plan = try await plan(request, caller)
            let id = try #require(plan.id)
            #expect(try await caller.get(Route.plan.path(id)).message(Plan.self).trials?.map(\.state) == [.waiting])
            hub.advance(by: HubStore.planLifetime)
            #expect(try await caller.get(Route.plan.path(id)).message(Plan.self).trials?.map(\.state) == [.expired])
        }
    }

    @Test func `a trial of one cluster is nothing to another's agent`() async throws {
        try await HubTest.with { hub, caller in
            var agent = try await TestAgent.enrolled("paris", hub, caller)
            let other = try await TestAgent.enrolled("rome", hub, caller)
            try await hub.commit(put: [.team("demo")])
            let request = PlanRequest(
                .changes(put: [quota("20")], delete: []),
                clusters: ["paris"],
                onClusters: true
            )
            let id = try #require(try await plan(request, caller).id)
            try await hub.publish()
            let trial = try #require(try await agent.refresh().directives.trial)
            #expect(try await other.send(.layer(trial.digest)).status == 404)
            #expect(try await other.send(.trial, TrialReport(id: id, failure: "forged")).status == 204)
            #expect(try await caller.get(Route.plan.path(id)).message(Plan.self).trials?.map(\.state) == [.waiting])
        }
    }

    @Test func `a plan that others try is nobody else's to read`() async throws {
        try await HubTest.with { hub, caller in
            _ = try await TestAgent.enrolled("paris", hub, caller)
            try await hub.commit(put: [.team("demo")])
            let request = PlanRequest(.changes(put: [quota("20")], delete: []), onClusters: true)
            let id = try #require(try await plan(request, caller).id)
            let auditor = caller.with(token: try await hub.token("auditor", .auditor))
            try await auditor.get(Route.plan.path(id)).problem(.notFound)
            try await caller.get(Route.plan.path("none")).problem(.notFound)
        }
    }

    @Test func `so many plans are tried at once and no more`() async throws {
        try await HubTest.with { hub, caller in
            _ = try await TestAgent.enrolled("paris", hub, caller)
            try await hub.commit(put: [.team("demo")])
            let request = PlanRequest(.changes(put: [quota("20")], delete: []), onClusters: true)
            for _ in 0..<HubStore.maximumPlans { _ = try await plan(request, caller) }
            try await caller.post(Route.plans.path(), request).problem(.unavailable)
            hub.advance(by: HubStore.planLifetime)
            #expect(try await plan(request, caller).id != nil)
        }
    }
}
