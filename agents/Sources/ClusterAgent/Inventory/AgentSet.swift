import Bundles
package import Kubernetes

/// The agent's own ApplySet: what its inventory is called, and how its members are marked.
package enum AgentSet {
    /// The namespace of the agent's own objects.
    package static let namespace = "otomi-system"
    /// On every chunk of the inventory, with its number.
    package static let chunkLabel = "otomi.io/inventory"
    /// The ConfigMap on which the people of the cluster speak to the agent, by `Annotation.hold` and `Annotation.drift`.
    package static let settingsName = "otomi-agent"
    /// The Secret that keeps a copy of identity and trust.
    package static let stateName = "otomi-agent-state"
    package static let tooling = "otomi-agent/v1"

    /// The id of the set, made from its parent's name as the specification says.
    package static let id: String = {
        let parent = ObjectKey(kind: "ConfigMap", namespace: namespace, name: chunkName(0))
        let digest = Digest(of: Array(ApplySet.hashInput(parent: parent).utf8))
        let hash = Base64.encode(digest.bytes).compactMap { character -> Character? in
            switch character {
            case "+": "-"
            case "/": "_"
            case "=": nil
            default: character
            }
        }
        return ApplySet.id(hash: String(hash))
    }()

    /// Which objects are members.
    package static let members = LabelSelector(labels: [ApplySet.memberLabel: id])

    /// Whether `object` carries the mark of a member.
    package static func contains(_ object: KubernetesObject) -> Bool {
        object.labels[ApplySet.memberLabel] == id
    }

    /// The name of the ConfigMap with the inventory's chunk `number`; chunk 0 is the parent of the set.
    package static func chunkName(_ number: Int) -> String { "otomi-inventory-\(number)" }

    /// The number in a chunk's name; `nil` for another name.
    package static func chunkNumber(_ name: String) -> Int? {
        let prefix = "otomi-inventory-"
        guard name.hasPrefix(prefix), let number = Int(name.dropFirst(prefix.count)), number >= 0 else { return nil }
        return number
    }
}
