package import JSON

/// How one object of a cluster is, without any text of others.
package struct ObjectState: Hashable, Sendable, JSONRepresentable {
    /// How far the agent came with it.
    package enum Progress: String, Hashable, Sendable, CaseIterable {
        case pending
        case applied
        /// Its kind is not served by the API server yet.
        case waiting
        case failed
        /// Said by a newer agent than this hub knows.
        case unknown
    }

    /// Whether it does what it should.
    package enum Health: String, Hashable, Sendable, CaseIterable {
        case unknown
        case ready
        case progressing
        case failed
    }

    package let group: String
    package let kind: String
    package let apiVersion: String
    /// `nil` for an object of the whole cluster.
    package let namespace: String?
    package let name: String
    package let layer: String
    package let state: Progress
    package let health: Health
    /// Whether somebody else changed it of late.
    package let hasDrifted: Bool
    /// What it was applied with: the first eight bytes of the SHA-256 of its manifest as the layer has it, in hexadecimal.
    ///
    /// `nil` when it is not applied, and from agents that do not say.
    package let applied: String?
    /// Since when the live object is not as it was applied, in milliseconds since 1970; `nil` while the two agree.
    package let differsSince: Int64?
    /// When somebody else changed it last and it was restored, in milliseconds since 1970; `nil` for not of late.
    package let driftedAt: Int64?

    package init(
        group: String,
        kind: String,
        apiVersion: String,
        namespace: String?,
        name: String,
        layer: String,
        state: Progress,
        health: Health,
        hasDrifted: Bool = false,
        applied: String? = nil,
        differsSince: Int64? = nil,
        driftedAt: Int64? = nil
    ) {
        self.group = group
        self.kind = kind
        self.apiVersion = apiVersion
        self.namespace = namespace
        self.name = name
        self.layer = layer
        self.state = state
        self.health = health
        self.hasDrifted = hasDrifted
        self.applied = applied
        self.differsSince = differsSince
        self.driftedAt = driftedAt
    }

    /// The number of the bucket that an object of that key belongs to.
    package static func bucket(group: String, kind: String, namespace: String?, name: String) -> Int {
        Int(keyHash(group: group, kind: kind, namespace: namespace, name: name).value % UInt64(BucketHashes.count))
    }

    /// The number of the object's bucket.
    package var bucket: Int { Self.bucket(group: group, kind: kind, namespace: namespace, name: name) }

    /// What the object adds to the hash of its bucket; a bucket's hash is the sum, so that no order matters.
    ///
    /// `applied` tells what bytes it was applied with; it is hashed and not sent.
    package func hash(applied: String) -> UInt64 {
        var mixer = Self.keyHash(group: group, kind: kind, namespace: namespace, name: name)
        mixer.add(apiVersion)
        mixer.add(layer)
        mixer.add(state.rawValue)
        mixer.add(health.rawValue)
        mixer.add(applied)
        mixer.add(hasDrifted ? 1 : 0)
        // Only where there is something to tell, so that the hashes of most objects are those of older agents.
        if let differsSince { mixer.add(UInt64(bitPattern: differsSince)) }
        if let driftedAt { mixer.add(UInt64(bitPattern: driftedAt) ^ 1) }
        return mixer.value
    }

    private static func keyHash(group: String, kind: String, namespace: String?, name: String) -> HashMixer {
        var mixer = HashMixer()
        mixer.add(group)
        mixer.add(kind)
        mixer.add(namespace ?? "")
        mixer.add(name)
        return mixer
    }

    /// About how many bytes its JSON has, and rather more: names hold nothing that JSON escapes.
    var approximateLength: Int {
        let texts = [group, kind, apiVersion, namespace ?? "", name, layer]
        return texts.reduce(220) { $0 + $1.utf8.count }
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` naming the member that is missing.
    package init(json: JSONValue) throws(JSONError) {
        group = try json.optional("group") ?? ""
        kind = try json.required("kind")
        apiVersion = try json.required("apiVersion")
        namespace = try json.optional("namespace")
        name = try json.required("name")
        layer = try json.required("layer")
        state = try Progress(rawValue: json.required("state")) ?? .unknown
        health = try Health(rawValue: json.required("health")) ?? .unknown
        hasDrifted = try json.optional("drifted") ?? false
        applied = try json.optional("applied")
        differsSince = try json.optional("differsSince")
        driftedAt = try json.optional("driftedAt")
    }

    package var json: JSONValue {
        .members([
            "group": group.isEmpty ? nil : group,
            "kind": kind,
            "apiVersion": apiVersion,
            "namespace": namespace,
            "name": name,
            "layer": layer,
            "state": state.rawValue,
            "health": health.rawValue,
            "drifted": hasDrifted ? true : nil,
            "applied": applied,
            "differsSince": differsSince,
            "driftedAt": driftedAt,
        ])
    }
}
