package import JSON

/// One cluster of the fleet: what it is, what it should run, what it runs.
package struct ClusterStatus: Hashable, Sendable {
    package var name: String
    package var id: String
    package var provider: String
    package var region: String
    package var labels: [String: String]
    package var domain: String?
    /// Who answers for it; empty when nobody said.
    package var owner: String
    /// What people should know of it.
    package var description: String
    package var state: ClusterState
    /// Why it is in that state, in one sentence.
    package var reason: String?
    /// Since when it is in that state, RFC 3339 in UTC.
    package var since: String?
    package var desiredRevision: Int64?
    package var appliedRevision: Int64?
    /// The bundle counter that the hub has published for the cluster.
    package var generation: Int64
    package var appliedGeneration: Int64?
    /// When the agent last spoke, RFC 3339 in UTC; `nil` before it first did.
    package var lastSeen: String?
    /// The versions of the agent and of Kubernetes.
    package var versions: [String: String]
    package var layers: [LayerStatus]
    /// Objects that are not ready, as the agent reports them (at most 20).
    package var notReady: [JSONValue]
    /// Why nothing is applied there; `nil` when it is.
    package var hold: ClusterHold?
    /// What its agent does about objects that somebody else changed: `enforce`, `report` or `off`.
    package var driftMode: String
    /// Deletions that the agent holds back; `nil` when there are none.
    package var pendingDeletions: ClusterDeletions?
    /// Who speaks for it; `nil` when no agent has enrolled or wants to.
    package var agent: ClusterAgent?

    package init(
        name: String,
        id: String,
        provider: String,
        region: String,
        labels: [String: String] = [:],
        domain: String? = nil,
        owner: String = "",
        description: String = "",
        state: ClusterState,
        reason: String? = nil,
        since: String? = nil,
        desiredRevision: Int64? = nil,
        appliedRevision: Int64? = nil,
        generation: Int64 = 0,
        appliedGeneration: Int64? = nil,
        lastSeen: String? = nil,
        versions: [String: String] = [:],
        layers: [LayerStatus] = [],
        notReady: [JSONValue] = [],
        hold: ClusterHold? = nil,
        driftMode: String = "enforce",
        pendingDeletions: ClusterDeletions? = nil,
        agent: ClusterAgent? = nil
    ) {
        self.name = name
        self.id = id
        self.provider = provider
        self.region = region
        self.labels = labels
        self.domain = domain
        self.owner = owner
        self.description = description
        self.state = state
        self.reason = reason
        self.since = since
        self.desiredRevision = desiredRevision
        self.appliedRevision = appliedRevision
        self.generation = generation
        self.appliedGeneration = appliedGeneration
        self.lastSeen = lastSeen
        self.versions = versions
        self.layers = layers
        self.notReady = notReady
        self.hold = hold
        self.driftMode = driftMode
        self.pendingDeletions = pendingDeletions
        self.agent = agent
    }

    /// Whether it stands still until a person does something.
    package var waitsForPerson: Bool {
        hold != nil || state == .held || pendingDeletions.map { !$0.isConfirmed } ?? false
    }
}

extension ClusterStatus: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        id = try json.optional("id") ?? ""
        provider = try json.required("provider")
        region = try json.optional("region") ?? ""
        labels = try json.optional("labels") ?? [:]
        domain = try json.optional("domain")
        owner = try json.optional("owner") ?? ""
        description = try json.optional("description") ?? ""
        state = ClusterState(rawValue: try json.required("state"))
        reason = try json.optional("reason")
        since = try json.optional("since")
        desiredRevision = try json.optional("desiredRevision")
        appliedRevision = try json.optional("appliedRevision")
        generation = try json.optional("generation") ?? 0
        appliedGeneration = try json.optional("appliedGeneration")
        lastSeen = try json.optional("lastSeen")
        versions = try json.optional("versions") ?? [:]
        layers = try json.optional("layers") ?? []
        notReady = try json.optional("notReady") ?? []
        hold = try json.optional("hold")
        driftMode = try json.optional("driftMode") ?? "enforce"
        pendingDeletions = try json.optional("pendingDeletions")
        agent = try json.optional("agent")
    }

    /// Every member is there, absent values as `null`, so that a script finds the same keys for every cluster.
    package var json: JSONValue {
        [
            "name": name.json, "id": id.json, "provider": provider.json, "region": region.json, "labels": labels.json,
            "domain": domain?.json ?? .null, "owner": owner.json, "description": description.json,
            "state": state.rawValue.json, "reason": reason?.json ?? .null,
            "since": since?.json ?? .null, "desiredRevision": desiredRevision?.json ?? .null,
            "appliedRevision": appliedRevision?.json ?? .null, "generation": generation.json,
            "appliedGeneration": appliedGeneration?.json ?? .null, "lastSeen": lastSeen?.json ?? .null,
            "versions": versions.json, "layers": layers.json, "notReady": notReady.json,
            "hold": hold?.json ?? .null, "driftMode": driftMode.json,
            "pendingDeletions": pendingDeletions?.json ?? .null, "agent": agent?.json ?? .null,
        ]
    }
}
