package import JSON

/// What operators tell the agent of one cluster beside what it should run; signed with the bundle.
package struct Directives: Hashable, Sendable, JSONRepresentable {
    /// What is done about objects that somebody else changed.
    package enum DriftMode: String, Hashable, Sendable, CaseIterable, JSONRepresentable {
        /// They are restored.
        case enforce
        /// They are reported.
        case report
        /// Nobody looks.
        case off

        /// Reads the mode's name.
        ///
        /// - Throws: `JSONError` for another word.
        package init(json: JSONValue) throws(JSONError) {
            guard let mode = DriftMode(rawValue: try String(json: json)) else {
                throw JSONError("is none of enforce, report and off", at: .root)
            }
            self = mode
        }

        package var json: JSONValue { .string(rawValue) }
    }

    /// A person's consent to delete what the agent held back.
    package struct Confirmation: Hashable, Sendable, JSONRepresentable {
        /// The generation at which the deletions were held back and shown.
        package let generation: Int64
        /// The digest of the sorted keys of the objects, see `PendingDeletions` of the agent's protocol.
        package let deletions: Digest

        package init(generation: Int64, deletions: Digest) {
            self.generation = generation
            self.deletions = deletions
        }

        /// Reads `{generation, deletions}`.
        ///
        /// - Throws: `JSONError` naming the member that is missing or wrong.
        package init(json: JSONValue) throws(JSONError) {
            generation = try json.required("generation")
            deletions = try json.required("deletions")
        }

        package var json: JSONValue { ["generation": .integer(generation), "deletions": deletions.json] }
    }

    /// A change that the agent tries on its API server without writing it; see docs/adr/0037.
    package struct Trial: Hashable, Sendable, JSONRepresentable {
        /// Names the trial in the agent's answer.
        package let id: String
        /// The sealed file with the objects, as the agent fetches it.
        package let digest: Digest
        package let length: Int
        package let objectCount: Int
        /// From when on nobody waits for it any more, in seconds since 1970.
        package let expires: Int64

        package init(id: String, digest: Digest, length: Int, objectCount: Int, expires: Int64) {
            self.id = id
            self.digest = digest
            self.length = length
            self.objectCount = objectCount
            self.expires = expires
        }

        /// Reads `{id, digest, length, objects, expires}`.
        ///
        /// - Throws: `JSONError` naming the member that is missing or wrong.
        package init(json: JSONValue) throws(JSONError) {
            id = try json.required("id")
            digest = try json.required("digest")
            length = try json.required("length")
            objectCount = try json.required("objects")
            expires = try json.required("expires")
            guard LayerName.isValid(layerName) else {
                throw JSONError("is no id of a trial", at: JSONPointer(["id"]))
            }
            let limits = LayerLimits()
            guard 0...limits.maximumBytes ~= length, 0...limits.maximumObjects ~= objectCount else {
                throw JSONError("is larger than a layer may be", at: JSONPointer(["length"]))
            }
        }

        package var json: JSONValue {
            .members([
                "id": id, "digest": digest, "length": length, "objects": objectCount, "expires": expires,
            ])
        }

        /// The name under which the file is sealed.
        package var layerName: String { Self.layerName(of: id) }

        /// The name under which the file of a trial is sealed.
        package static func layerName(of id: String) -> String { "trial/\(id)" }

        /// The file as the layer that it is fetched and opened like.
        package var layer: LayerReference {
            LayerReference(
                name: layerName,
                wave: 0,
                mediaType: .sealed,
                digest: digest,
                length: length,
                objectCount: objectCount
            )
        }
    }

    /// Why nothing is applied, pruned or restored on this cluster; `nil` when it is.
    package var hold: String?
    package var drift: DriftMode
    package var confirmation: Confirmation?
    package var trial: Trial?

    /// What holds where nobody said anything.
    package static let none = Directives()

    package init(
        hold: String? = nil,
        drift: DriftMode = .enforce,
        confirmation: Confirmation? = nil,
        trial: Trial? = nil
    ) {
        self.hold = hold
        self.drift = drift
        self.confirmation = confirmation
        self.trial = trial
    }

    /// Reads the members that are there.
    ///
    /// - Throws: `JSONError` naming the member that is wrong.
    package init(json: JSONValue) throws(JSONError) {
        hold = try json.optional("hold")
        drift = try json.optional("drift") ?? .enforce
        confirmation = try json.optional("confirmation")
        // What is wrong with a trial must not keep the agent from the bundle.
        trial = try? json.optional("trial")
    }

    package var json: JSONValue {
        .members([
            "hold": hold, "drift": drift == .enforce ? nil : drift, "confirmation": confirmation, "trial": trial,
        ])
    }
}
