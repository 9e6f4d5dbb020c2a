package import JSON

/// Whether something that has a placement goes to one cluster, and if not, why.
package struct Whereabouts: Hashable, Sendable {
    /// What keeps it away.
    package enum Obstacle: Hashable, Sendable {
        /// Nothing is written about it at a scope that the cluster has; these are the scopes where something is.
        case otherScopes([Scope])
        /// The placement names clusters, and not this one.
        case notNamed
        /// The placement selects clusters by these labels, which the cluster has not, or not with this value.
        case selector([Mismatch])
        /// The placement names and selects clusters, and neither means this one.
        case neither([Mismatch])
        /// The team that it belongs to does not go there.
        indirect case team(String, Obstacle)
        /// The app goes there and is switched off.
        case off(Scope?)
    }

    /// A label that a selector asks for in vain.
    package struct Mismatch: Hashable, Sendable {
        package let label: String
        package let wanted: String
        /// What the cluster has; `nil` for nothing.
        package let found: String?
    }

    /// What keeps it away; `nil` when it goes there.
    package let obstacle: Obstacle?
    /// The scope whose document says where it goes; `nil` where none does, so that it goes everywhere.
    package let scope: Scope?

    package var isPlaced: Bool { obstacle == nil }
}

extension Whereabouts.Obstacle: CustomStringConvertible {
    /// For people, without the cluster's name and without an end.
    package var description: String {
        switch self {
        case .otherScopes(let scopes):
            "it is written at \(scopes.map(\.description).joined(separator: ", ")) only"
        case .notNamed: "its placement does not name the cluster"
        case .selector(let mismatches): "its placement selects \(Self.text(mismatches))"
        case .neither(let mismatches): "its placement does not name the cluster, and selects \(Self.text(mismatches))"
        case .team(let name, let obstacle): "team \(name) does not go there: \(obstacle)"
        case .off(let scope): "it is switched off" + (scope.map { " at \($0)" } ?? "")
        }
    }

    private static func text(_ mismatches: [Whereabouts.Mismatch]) -> String {
        mismatches.map { mismatch in
            "\(mismatch.label)=\(mismatch.wanted)"
                + (mismatch.found.map { ", which is \($0) there" } ?? ", which it has not")
        }.joined(separator: " and ")
    }
}

extension DocumentIndex {
    /// Whether `subject` goes to `cluster`; `nil` when no document speaks of it, or its kind has no placement.
    ///
    /// Whether an app is switched on is a matter of effective values: see the initialiser of ``Whereabouts`` for apps.
    package func whereabouts(of subject: DocumentID, on cluster: ClusterIdentity) -> Whereabouts? {
        let priorities = self.priorities(of: cluster)
        if let team = subject.team {
            guard let owner = teams.first(where: { $0.team.id.name == team }),
                let entry = owner.things.first(where: { $0.id == subject.at(.platform) })
            else { return nil }
            let home = Whereabouts(owner.team, on: cluster, priorities)
            guard let obstacle = home.obstacle else { return Whereabouts(entry, on: cluster, priorities) }
            return Whereabouts(obstacle: .team(team, obstacle), scope: home.scope)
        }
        let entry =
            subject.kind == .team
            ? teams.first { $0.team.id.name == subject.name }?.team
            : platform.first { $0.id == subject.at(.platform) }
        guard let entry, subject.kind.hasPlacement else { return nil }
        return Whereabouts(entry, on: cluster, priorities)
    }

    /// Whether a document speaks of `subject`, at any scope.
    package func speaks(of subject: DocumentID) -> Bool {
        if subject.kind == .team { return teamNames.contains(subject.name) }
        let entries = subject.team.map { team in teams.first { $0.team.id.name == team }?.things ?? [] } ?? platform
        return entries.contains { $0.id == subject.at(.platform) }
    }

    /// Whether a team goes to `cluster`.
    package func places(team: String, on cluster: ClusterIdentity) -> Bool {
        whereabouts(of: DocumentID(kind: .team, name: team), on: cluster)?.isPlaced ?? false
    }
}

extension Whereabouts {
    fileprivate init(_ entry: DocumentIndex.Entry, on cluster: ClusterIdentity, _ priorities: [String: Int64]) {
        let applying = entry.applying(to: cluster, priorities: priorities)
        guard !applying.isEmpty else {
            self.init(obstacle: .otherScopes(entry.layers.map(\.scope).sorted()), scope: nil)
            return
        }
        let scope = applying.last { $0.document.document.spec["placement"] != nil }?.scope
        self.init(obstacle: Obstacle(entry.placement(applying), on: cluster), scope: scope)
    }

    /// The same for an app that may be switched off where it is placed.
    ///
    /// `apps`: the apps of the cluster's effective values.
    package init(_ found: Whereabouts, ofApp name: String, in apps: JSONValue?, _ selection: ClusterSelection) {
        guard found.isPlaced, apps?[name]?["enabled"]?.boolValue == false else {
            self = found
            return
        }
        let pointer = JSONPointer(["apps", name, "enabled"])
        self.init(obstacle: .off(selection.scope(saying: pointer)), scope: found.scope)
    }
}

extension Whereabouts.Obstacle {
    fileprivate init?(_ placement: Placement, on cluster: ClusterIdentity) {
        guard !placement.includes(cluster) else { return nil }
        let labels = cluster.allLabels
        let mismatches = (placement.selector ?? [:]).filter { labels[$0.key] != $0.value }.sorted { $0.key < $1.key }
            .map { Whereabouts.Mismatch(label: $0.key, wanted: $0.value, found: labels[$0.key]) }
        if placement.selector == nil {
            self = .notNamed
        } else {
            self = placement.clusters == nil ? .selector(mismatches) : .neither(mismatches)
        }
    }
}
