package import JSON

/// A change of what is known of a cluster, as a merge patch (RFC 7386): what is not named stays as it is.
package struct ClusterEdit: Hashable, Sendable {
    /// What to do with a text that may be absent.
    package enum Text: Hashable, Sendable {
        case set(String)
        case remove
    }

    package var provider: String?
    package var region: String?
    /// Labels to set, and, with `nil`, to take away.
    package var labels: [String: String?]
    package var domain: Text?
    package var owner: Text?
    package var description: Text?
    /// The version that the change was made on, for `If-Match`; `nil` for whatever is there.
    package var version: String?
    /// Only says what it would do.
    package var isDryRun: Bool

    package init(
        provider: String? = nil,
        region: String? = nil,
        labels: [String: String?] = [:],
        domain: Text? = nil,
        owner: Text? = nil,
        description: Text? = nil,
        version: String? = nil,
        isDryRun: Bool = false
    ) {
        self.provider = provider
        self.region = region
        self.labels = labels
        self.domain = domain
        self.owner = owner
        self.description = description
        self.version = version
        self.isDryRun = isDryRun
    }

    /// Whether it names nothing.
    package var isEmpty: Bool { patch.objectValue?.isEmpty ?? true }

    /// The merge patch.
    package var patch: JSONValue {
        var members: [String: JSONValue] = [:]
        if let provider { members["provider"] = .string(provider) }
        if let region { members["region"] = .string(region) }
        if !labels.isEmpty { members["labels"] = .object(labels.mapValues { $0.map(JSONValue.string) ?? .null }) }
        for (key, text) in [("domain", domain), ("owner", owner), ("description", description)] {
            switch text {
            case .set(let value): members[key] = .string(value)
            case .remove: members[key] = .null
            case nil: break
            }
        }
        return .object(members)
    }
}

/// What a change of a cluster did, or would do.
package struct ClusterEditResult: Hashable, Sendable {
    /// One thing that follows from the change.
    package struct Effect: Hashable, Sendable {
        /// `danger` for what is deleted on the cluster, `warning` for what comes there, `note` for the rest.
        package var severity: String
        package var text: String

        package init(severity: String, text: String) {
            self.severity = severity
            self.text = text
        }

        package var isDanger: Bool { severity == "danger" }
    }

    /// The cluster as it is now; before the change when nothing was changed.
    package var cluster: ClusterStatus
    /// The version to send with the next change.
    package var version: String
    package var isChanged: Bool
    package var effects: [Effect]

    package init(cluster: ClusterStatus, version: String, isChanged: Bool, effects: [Effect] = []) {
        self.cluster = cluster
        self.version = version
        self.isChanged = isChanged
        self.effects = effects
    }
}

extension ClusterEditResult: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        cluster = try json.required("cluster")
        version = try json.optional("version") ?? ""
        isChanged = try json.optional("changed") ?? true
        effects = try json.optional("effects") ?? []
    }

    package var json: JSONValue {
        .members(["cluster": cluster, "version": version, "changed": isChanged, "effects": effects])
    }
}

extension ClusterEditResult.Effect: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        severity = try json.required("severity")
        text = try json.required("text")
    }

    package var json: JSONValue { .members(["severity": severity, "text": text]) }
}
