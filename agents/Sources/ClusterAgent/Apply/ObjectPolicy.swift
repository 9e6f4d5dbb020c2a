package import JSON

/// What an object's own annotations ask of the agent.
package struct ObjectPolicy: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// `otomi.io/recreate: disabled`: the object is not made again once it was applied and is gone.
    ///
    /// A finished Job that its time to live took away must not run a second time.
    package static let staysAway = ObjectPolicy(rawValue: 1 << 0)
    /// `otomi.io/replace: enabled`: the object is deleted and made anew when a field that cannot be changed has changed.
    package static let replaces = ObjectPolicy(rawValue: 1 << 1)
    /// `otomi.io/conflicts: force`: declared fields are taken over from whoever owns them.
    package static let forcesConflicts = ObjectPolicy(rawValue: 1 << 2)
    /// `otomi.io/drift: report`: drift is reported and not undone.
    package static let reportsDrift = ObjectPolicy(rawValue: 1 << 3)
    /// `otomi.io/drift: off`: nobody looks at what becomes of the object between two bundles.
    package static let ignoresDrift = ObjectPolicy(rawValue: 1 << 4)
    /// `otomi.io/drift: enforce`: drift is undone, also where the cluster's mode is another.
    package static let enforcesDrift = ObjectPolicy(rawValue: 1 << 7)

    /// Reads the annotations of `object`; other values of an annotation count as if it were not there.
    package init(annotationsOf object: JSONValue) {
        self = []
        let annotations = object["metadata"]?["annotations"]
        func value(_ name: String) -> String? { annotations?[name]?.stringValue }
        if value(Annotation.recreate) == "disabled" { insert(.staysAway) }
        if value(Annotation.replace) == "enabled" { insert(.replaces) }
        if value(Annotation.conflicts) == "force" { insert(.forcesConflicts) }
        switch value(Annotation.drift) {
        case "report": insert(.reportsDrift)
        case "off": insert(.ignoresDrift)
        case "enforce": insert(.enforcesDrift)
        default: break
        }
    }
}
