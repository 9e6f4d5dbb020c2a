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

    /// Why nothing is applied, pruned or restored on this cluster; `nil` when it is.
    package var hold: String?
    package var drift: DriftMode
    package var confirmation: Confirmation?

    /// What holds where nobody said anything.
    package static let none = Directives()

    package init(hold: String? = nil, drift: DriftMode = .enforce, confirmation: Confirmation? = nil) {
        self.hold = hold
        self.drift = drift
        self.confirmation = confirmation
    }

    /// Reads the members that are there.
    ///
    /// - Throws: `JSONError` naming the member that is wrong.
    package init(json: JSONValue) throws(JSONError) {
        hold = try json.optional("hold")
        drift = try json.optional("drift") ?? .enforce
        confirmation = try json.optional("confirmation")
    }

    package var json: JSONValue {
        .members(["hold": hold, "drift": drift == .enforce ? nil : drift, "confirmation": confirmation])
    }
}
