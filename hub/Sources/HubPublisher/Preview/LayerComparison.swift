import Bundles
import JSON
import Values

/// Compares what layers held with what they will hold, object by object.
struct LayerComparison {
    /// One layer in both forms; `nil` where it is not there.
    struct Pair: Hashable, Sendable {
        let name: String
        let before: Digest?
        let after: Digest?
    }

    /// The annotations by which an object speaks to the agent; their names are part of docs/agent.md.
    private enum Annotation {
        static let prune = JSONPointer(["metadata", "annotations", "otomi.io/prune"])
        static let replace = JSONPointer(["metadata", "annotations", "otomi.io/replace"])
    }

    private struct Entry {
        let layer: String
        let object: JSONValue
        let isConfidential: Bool
    }

    /// Whether what is added is told with its whole object.
    let isDetailed: Bool

    /// The changes from `before` to `after`, by object.
    ///
    /// An object that moves from one layer to another is the same object.
    ///
    /// - Throws: `BundleError` when a layer cannot be read.
    func changes(
        from before: [CompiledBundle.Layer],
        to after: [CompiledBundle.Layer]
    ) throws(BundleError) -> [ObjectChange] {
        let old = try Self.entries(before)
        let new = try Self.entries(after)
        var changes: [ObjectChange] = []
        for (identity, entry) in new {
            if let known = old[identity] {
                if let change = change(of: identity, from: known, to: entry) { changes.append(change) }
            } else {
                changes.append(addition(identity, entry))
            }
        }
        for (identity, entry) in old where new[identity] == nil { changes.append(Self.removal(identity, entry)) }
        return changes.sorted { $0.object < $1.object }
    }

    /// What would be applied: everything that is added or changes, as it is.
    ///
    /// - Throws: `BundleError` when a layer cannot be read.
    func rehearsed(
        from before: [CompiledBundle.Layer],
        to after: [CompiledBundle.Layer]
    ) throws(BundleError) -> [RehearsedObject] {
        let old = try Self.entries(before)
        return try Self.entries(after).filter { old[$0.key]?.object != $0.value.object }
            .sorted { $0.key < $1.key }
            .map { RehearsedObject(layer: $1.layer, object: $1.object, isConfidential: $1.isConfidential) }
    }

    private static func entries(_ layers: [CompiledBundle.Layer]) throws(BundleError) -> [ObjectIdentity: Entry] {
        var entries: [ObjectIdentity: Entry] = [:]
        for layer in layers {
            for object in try LayerFile.objects(in: layer.file.bytes, layer: layer.name) {
                guard let identity = ObjectIdentity(of: object), entries[identity] == nil else { continue }
                entries[identity] = Entry(layer: layer.name, object: object, isConfidential: layer.isConfidential)
            }
        }
        return entries
    }

    private func addition(_ identity: ObjectIdentity, _ entry: Entry) -> ObjectChange {
        let shown = entry.isConfidential ? ConcealedObject.concealing(entry.object) : entry.object
        return ObjectChange(
            identity,
            apiVersion: Self.apiVersion(entry),
            layer: entry.layer,
            action: .added,
            body: isDetailed ? shown : nil
        )
    }

    private static func removal(_ identity: ObjectIdentity, _ entry: Entry) -> ObjectChange {
        ObjectChange(
            identity,
            apiVersion: apiVersion(entry),
            layer: entry.layer,
            action: .removed,
            staysOnCluster: entry.object[Annotation.prune] == "disabled"
        )
    }

    private func change(of identity: ObjectIdentity, from old: Entry, to new: Entry) -> ObjectChange? {
        guard old.object != new.object else { return nil }
        let found = JSONDiff.between(old.object, new.object)
        let fixed = ImmutableFields.among(found.map(\.pointer), of: identity, before: old.object)
        let isConfidential = old.isConfidential || new.isConfidential
        let isReplaced = !fixed.isEmpty && new.object[Annotation.replace] == "enabled"
        return ObjectChange(
            identity,
            apiVersion: Self.apiVersion(new),
            layer: new.layer,
            action: isReplaced ? .replaced : .changed,
            fields: found.map { isConfidential ? ConcealedObject.concealing($0) : FieldExcerpt.shortening($0) },
            immutableFields: fixed
        )
    }

    private static func apiVersion(_ entry: Entry) -> String { entry.object["apiVersion"]?.stringValue ?? "" }
}
