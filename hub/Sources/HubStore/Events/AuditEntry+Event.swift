import JSON
import Values

extension AuditEntry {
    /// What readers of events are told of the act; nothing of what was refused, and of who signed in.
    var event: FleetEvent? {
        guard outcome == .done, !Self.untold.contains(action) else { return nil }
        if let told { return told }
        let kind = Self.kinds[action] ?? .init("audited.\(action)")
        return FleetEvent(
            kind.name(detail),
            object,
            cluster: named("cluster "),
            team: named("team "),
            data: detail.map { ["detail": .string($0)] } ?? [:]
        )
    }

    private func named(_ word: String) -> String? {
        object.hasPrefix(word) ? String(object.dropFirst(word.count)) : nil
    }

    /// The kind of an act, which may depend on its detail.
    private struct Kind: Sendable {
        let standard: String
        /// Kinds by how the detail begins.
        let special: [String: String]

        init(_ standard: String, _ special: [String: String] = [:]) {
            self.standard = standard
            self.special = special
        }

        func name(_ detail: String?) -> String {
            guard let detail else { return standard }
            return special.first { detail.hasPrefix($0.key) }?.value ?? standard
        }
    }

    /// Who comes and goes is nobody's news; what was read is not audited in the first place.
    private static let untold: Set<String> = ["signIn", "openSession"]

    /// The kinds of the acts; `docs/events.md` has the same list.
    private static let kinds: [String: Kind] = [
        Action.addCluster.rawValue: Kind("cluster.added"),
        Action.removeCluster.rawValue: Kind("cluster.removed"),
        Action.issueClusterToken.rawValue: Kind("cluster.token-made"),
        Action.installCluster.rawValue: Kind("cluster.installation-made"),
        "serveInstallation": Kind("cluster.installation-fetched"),
        "enrolAgent": Kind("cluster.enrolled"),
        Action.approveCluster.rawValue: Kind("cluster.approved", ["rejected": "cluster.rejected"]),
        Action.revokeCluster.rawValue: Kind("cluster.revoked", ["readmitted": "cluster.readmitted"]),
        Action.rotateClusterKey.rawValue: Kind("cluster.key-rotation-asked"),
        "rotateAgentKey": Kind("cluster.key-rotated"),
        "renewAgentKey": Kind("cluster.key-rotated"),
        Action.pauseCluster.rawValue: Kind("cluster.paused"),
        Action.resumeCluster.rawValue: Kind("cluster.resumed"),
        Action.setDriftMode.rawValue: Kind("cluster.drift-mode-set"),
        Action.confirmDeletions.rawValue: Kind("cluster.deletions-confirmed"),
        Action.editCluster.rawValue: Kind("cluster.edited"),
        Action.commitDocuments.rawValue: Kind("document.changed"),
        Action.tagRevisions.rawValue: Kind("revision.tagged", ["removed": "revision.untagged"]),
        Action.changeDrafts.rawValue: Kind("draft.changed", ["committed": "draft.committed"]),
        Action.tryPlans.rawValue: Kind("plan.tried"),
        Action.setRolloutPolicy.rawValue: Kind("rollout.policy-set"),
        Action.startRollout.rawValue: Kind("rollout.started"),
        Action.steerRollout.rawValue: Kind(
            "rollout.steered",
            [
                "pause": "rollout.paused", "resume": "rollout.resumed", "abort": "rollout.aborted",
                "promote": "rollout.promoted", "return": "rollout.return-asked",
            ]
        ),
        "planRollout": Kind("rollout.planned"),
        "beginRolloutWave": Kind("rollout.wave-begun"),
        "moveClusters": Kind("rollout.clusters-moved"),
        "failRolloutCluster": Kind("rollout.cluster-failed"),
        "soakRolloutWave": Kind("rollout.wave-soaking"),
        "haltRollout": Kind("rollout.halted"),
        "returnRollout": Kind("rollout.returning"),
        "finishRolloutReturn": Kind("rollout.returned"),
        "completeRollout": Kind("rollout.completed"),
        "supersedeRollout": Kind("rollout.superseded"),
        Action.changeGit.rawValue: Kind("git.changed", ["removed": "git.removed"]),
        Action.finishRecovery.rawValue: Kind("recovery.decided", ["begun": "recovery.begun"]),
        Action.rotateTrust.rawValue: Kind("trust.root-drafted", ["discarded": "trust.root-discarded"]),
        Action.signRoot.rawValue: Kind("trust.root-signed"),
        Action.publishRoot.rawValue: Kind("trust.root-published"),
        Action.signTeamContent.rawValue: Kind("trust.content-signed"),
        Action.rotateSecrets.rawValue: Kind("secrets.key-changed"),
        Action.changePeople.rawValue: Kind("person.changed"),
        Action.changeOwnAccount.rawValue: Kind("person.changed"),
        Action.changeGrants.rawValue: Kind("person.grants-changed"),
        Action.changeWebhooks.rawValue: Kind(
            "webhook.changed",
            ["added": "webhook.added", "removed": "webhook.removed", "tested": "webhook.tested"]
        ),
        Action.changeTokens.rawValue: Kind("token.made", ["revoked": "token.revoked"]),
    ]
}

extension FleetEvent {
    /// A document that became another in a revision.
    static func changed(_ change: DocumentChange, revision: Int64) -> FleetEvent {
        FleetEvent(
            "document.changed",
            change.id.description,
            team: change.id.kind == .team ? change.id.name : change.id.team,
            revision: revision,
            data: [
                "change": .string(change.action.rawValue), "kind": .string(change.id.kind.rawValue),
                "scope": .string(change.id.scope.description), "name": .string(change.id.name),
            ]
        )
    }

    /// A revision that was made; a team's own when it touches the documents of that team alone.
    static func created(revision: Int64, author: String, message: String, changes: [DocumentChange]) -> FleetEvent {
        let teams = Set(changes.map { $0.id.kind == .team ? $0.id.name : $0.id.team })
        return FleetEvent(
            "revision.created",
            "revision \(revision)",
            team: teams.count == 1 ? teams.first.flatMap { $0 } : nil,
            revision: revision,
            data: [
                "author": .string(author), "message": .string(String(message.prefix(500))),
                "count": .integer(Int64(changes.count)),
            ]
        )
    }
}
