package import JSON

/// What was applied on a cluster, object by object, so that pruning is exact.
///
/// It is kept in several chunks, each small enough for one ConfigMap, so it has no ceiling.
package struct Inventory: Hashable, Sendable {
    /// What is known of one applied object.
    package struct Entry: Hashable, Sendable, JSONRepresentable {
        /// The group version that it was applied with.
        package var apiVersion: String
        /// Which layer brought it.
        package var layer: String
        /// The object's UID once the API server told it; a later object of the same name is another one.
        package var uid: String?

        package init(apiVersion: String, layer: String, uid: String? = nil) {
            self.apiVersion = apiVersion
            self.layer = layer
            self.uid = uid
        }

        package init(json: JSONValue) throws(JSONError) {
            apiVersion = try json.required("v")
            layer = try json.required("l")
            uid = try json.optional("u")
        }

        package var json: JSONValue { .members(["v": apiVersion, "l": layer, "u": uid]) }
    }

    package var entries: [ObjectKey: Entry]

    package init(_ entries: [ObjectKey: Entry] = [:]) {
        self.entries = entries
    }

    /// What is here and not in `wanted`: the candidates for pruning, last applied first.
    package func leftovers(wanted: Set<ObjectKey>) -> [ObjectKey] {
        ApplyOrder.sortedForDeletion(entries.keys.filter { !wanted.contains($0) })
    }

    /// Both inventories; where both know an object, `newer` wins but keeps a UID that only this one knows.
    package func union(_ newer: Inventory) -> Inventory {
        Inventory(
            entries.merging(newer.entries) { old, new in
                var entry = new
                entry.uid = new.uid ?? old.uid
                return entry
            }
        )
    }

    // MARK: - Chunks

    /// The inventory as texts of at most about `bytes` each, one ConfigMap value per chunk; the same entries give the
    /// same chunks.
    package func chunks(ofAtMost bytes: Int = 512 << 10) -> [String] {
        var chunks: [String] = []
        var current = ""
        for (key, entry) in entries.sorted(by: { $0.key < $1.key }) {
            let line = "\(key) \(entry.json.compactText)\n"
            if !current.isEmpty, current.utf8.count + line.utf8.count > bytes {
                chunks.append(current)
                current = ""
            }
            current += line
        }
        return current.isEmpty ? chunks : chunks + [current]
    }

    /// Reads chunks back.
    ///
    /// - Throws: `KubernetesError` with code `malformed`, naming the line: pruning on half an inventory is not safe.
    package init(chunks: [String]) throws(KubernetesError) {
        entries = [:]
        for line in chunks.joined(separator: "\n").split(separator: "\n") {
            guard let space = line.firstIndex(of: " "), let key = ObjectKey(String(line[..<space])) else {
                throw KubernetesError(.malformed, "the inventory has a line that is none: \(line.prefix(120))")
            }
            do throws(JSONError) {
                entries[key] = try Entry(json: JSONValue(parsing: String(line[line.index(after: space)...])))
            } catch {
                throw KubernetesError(.malformed, "the inventory's entry of \(key) cannot be read: \(error)")
            }
        }
    }
}
