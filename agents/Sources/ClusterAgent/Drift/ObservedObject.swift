package import JSON
package import Kubernetes

/// The metadata of a live object, as a watch shows it.
package struct ObservedObject: Hashable, Sendable {
    package let key: ObjectKey
    package let uid: String
    package let resourceVersion: String
    package let isBeingDeleted: Bool
    /// Whose the fields are; only of objects that a watch shows singly, so that a list stays small.
    package let managedFields: JSONValue?
    private let fingerprint: UInt64?

    /// The fingerprint of the fields that the API server counts as ours.
    ///
    /// It is taken when it is asked for: most of what a watch shows are our own writes, which the version tells.
    package var ownedFields: UInt64 {
        fingerprint ?? OwnedFields.fingerprint(managedFields, manager: ClusterAPI.fieldManager)
    }

    /// An object as a watch shows it singly.
    init(_ object: KubernetesObject) {
        key = object.key
        uid = object.uid ?? ""
        resourceVersion = object.resourceVersion ?? ""
        isBeingDeleted = object.isTerminating
        managedFields = object.metadata["managedFields"]
        fingerprint = nil
    }

    package init(
        key: ObjectKey,
        uid: String,
        resourceVersion: String,
        isBeingDeleted: Bool = false,
        ownedFields: UInt64,
        managedFields: JSONValue? = nil
    ) {
        self.key = key
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.isBeingDeleted = isBeingDeleted
        fingerprint = ownedFields
        self.managedFields = managedFields
    }
}

/// What a watch showed of an object while its apply was under way.
enum Sighting: Hashable, Sendable {
    case live(ObservedObject)
    /// It was deleted, under this UID.
    case gone(uid: String)
}

/// What a look at a live object means.
package enum DriftVerdict: Hashable, Sendable {
    /// As we left it.
    case untouched
    /// Somebody wrote to it, but every field of ours is still ours: a status, or a field we do not declare.
    case touched
    /// A field of ours was changed or taken, or the object is another one under the same name.
    case drifted

    /// Compares what was seen with what was recorded after our last apply.
    package init(_ observed: ObservedObject, against record: ObjectRecord) {
        if observed.uid != record.uid {
            self = .drifted
        } else if observed.resourceVersion == record.resourceVersion || Self.isOlder(observed, than: record) {
            self = .untouched
        } else {
            self = observed.ownedFields == record.ownedFields ? .touched : .drifted
        }
    }

    /// Whether the watch lags behind our own last write; versions that are no numbers are taken for newer.
    static func isOlder(_ observed: ObservedObject, than record: ObjectRecord) -> Bool {
        guard let seen = UInt64(observed.resourceVersion), let written = UInt64(record.resourceVersion) else {
            return false
        }
        return seen < written
    }
}

/// Reads from `metadata.managedFields` which fields a manager owns.
package enum OwnedFields {
    /// A fingerprint of the fields that `manager` applied and of when it did; 0 when it owns none.
    ///
    /// The API server takes a field away from its manager as soon as another one changes or removes it, so that this
    /// number changes exactly when a field of ours was touched. The time changes when an apply in the manager's own name
    /// changed values and took no field: of such a write records that were lost or are old know nothing.
    package static func fingerprint(_ managedFields: JSONValue?, manager: String) -> UInt64 {
        for entry in managedFields?.arrayValue ?? [] {
            guard entry["manager"]?.stringValue == manager, entry["operation"]?.stringValue == "Apply",
                (entry["subresource"]?.stringValue ?? "").isEmpty, let fields = entry["fieldsV1"]
            else { continue }
            let time = entry["time"]?.stringValue ?? ""
            return StateFile.checksum((fields.serialized() + time.utf8)[...])
        }
        return 0
    }
}
