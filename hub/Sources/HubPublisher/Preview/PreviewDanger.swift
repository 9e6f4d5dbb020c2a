import JSON

/// Something in a plan that cannot be taken back, or takes more along than its author may think.
package struct PreviewDanger: Hashable, Sendable, Comparable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A namespace goes, with everything in it.
        case namespace
        /// The definition of a kind goes, with every object of that kind.
        case definition
        /// A volume, a claim to one or a stateful set goes.
        case data
        /// A Secret goes.
        case secret
        /// A team leaves a cluster.
        case team
        /// So much goes at once that the agent would stop and ask.
        case many
        /// A field changes that cannot be changed: the object is made anew, or stays as it is and is reported.
        case immutable
    }

    package let kind: Kind
    /// The object that it is about; `nil` where it is about many.
    package let object: ObjectIdentity?
    /// What happens, for people.
    package let message: String

    package init(_ kind: Kind, _ object: ObjectIdentity? = nil, _ message: String) {
        self.kind = kind
        self.object = object
        self.message = message
    }

    package static func < (left: PreviewDanger, right: PreviewDanger) -> Bool {
        let ranks = Kind.allCases
        let (first, second) = (ranks.firstIndex(of: left.kind) ?? 0, ranks.firstIndex(of: right.kind) ?? 0)
        return (first, left.message) < (second, right.message)
    }
}

/// Finds what is dangerous in the changes of one cluster.
enum DangerCheck {
    /// From here on an agent holds deletions back and asks; `PruneBrake` of the agent has the same numbers.
    enum Brake {
        static let maximumCount = 50
        static let maximumPercent = 20
        static let floor = 5

        static func holds(_ removed: Int, of total: Int) -> Bool {
            removed > maximumCount || removed >= floor && removed * 100 > total * maximumPercent
        }
    }

    static func dangers(of changes: [ObjectChange]) -> [PreviewDanger] {
        changes.compactMap { change in
            switch change.action {
            case .added: nil
            case .removed: change.staysOnCluster ? nil : danger(removing: change.object)
            case .changed, .replaced: danger(changing: change)
            }
        }
    }

    static func leaving(_ team: String) -> PreviewDanger {
        PreviewDanger(.team, nil, "team \(team) leaves, with everything that it runs there")
    }

    static func many(_ removed: Int, of total: Int) -> PreviewDanger {
        PreviewDanger(
            .many,
            nil,
            "\(removed) of \(total) objects go at once: the agent holds them back until somebody confirms"
        )
    }

    private static func danger(removing object: ObjectIdentity) -> PreviewDanger? {
        switch (object.group, object.kind) {
        case ("", "Namespace"):
            PreviewDanger(.namespace, object, "the namespace is deleted, with everything in it")
        case ("apiextensions.k8s.io", "CustomResourceDefinition"):
            PreviewDanger(.definition, object, "the kind is deleted, with every object of it")
        case ("", "PersistentVolume"): PreviewDanger(.data, object, "the volume is deleted")
        case ("", "PersistentVolumeClaim"): PreviewDanger(.data, object, "the claim is deleted, and its data with it")
        case ("apps", "StatefulSet"): PreviewDanger(.data, object, "the stateful set is deleted")
        case ("", "Secret"): PreviewDanger(.secret, object, "the secret is deleted")
        default: nil
        }
    }

    private static func danger(changing change: ObjectChange) -> PreviewDanger? {
        guard !change.immutableFields.isEmpty else { return nil }
        let fields = change.immutableFields.map(\.description).joined(separator: ", ")
        let end =
            change.action == .replaced
            ? "the object is deleted and made anew"
            : "the object stays as it is, until somebody deletes it or annotates it otomi.io/replace: enabled"
        return PreviewDanger(.immutable, change.object, "\(fields) cannot be changed: \(end)")
    }
}
