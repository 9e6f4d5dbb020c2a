import JSON
package import Kubernetes

/// What the agent has applied or is about to, spread over numbered chunks.
///
/// Each chunk is one ConfigMap on the cluster, so there is no ceiling on their sum. Pure: the store writes the chunks
/// that are `dirty`. An entry stays in its chunk, so that a change rewrites one chunk and not all.
package struct InventoryBook: Hashable, Sendable {
    /// How many objects one ConfigMap lists; about 100 KB of text.
    package static let chunkCapacity = 1_000

    package struct Entry: Hashable, Sendable {
        package var apiVersion: String
        /// The layer that declared the object: what decides whether it may be pruned.
        package var layer: String
        /// The object's UID when it was known at the last write; empty before.
        package var uid: String

        package init(apiVersion: String, layer: String, uid: String = "") {
            self.apiVersion = apiVersion
            self.layer = layer
            self.uid = uid
        }
    }

    package private(set) var entries: [ObjectKey: Entry] = [:]
    private var chunkOf: [ObjectKey: Int] = [:]
    private var sizes: [Int: Int] = [:]
    private var announced: ApplySet?
    /// Chunks whose content differs from what is on the cluster.
    package private(set) var dirty: Set<Int> = []

    package init() {}

    /// Declares `key`; only a new object or another layer or version makes its chunk dirty.
    ///
    /// A UID alone does not: it is taken along with the next write, so that it costs no request of its own.
    package mutating func declare(_ key: ObjectKey, _ entry: Entry) {
        let old = entries[key]
        var entry = entry
        if entry.uid.isEmpty { entry.uid = old?.uid ?? "" }
        entries[key] = entry
        guard let chunk = chunkOf[key] else {
            let chunk = firstFree()
            chunkOf[key] = chunk
            sizes[chunk, default: 0] += 1
            dirty.insert(chunk)
            return
        }
        if old?.layer != entry.layer || old?.apiVersion != entry.apiVersion { dirty.insert(chunk) }
    }

    /// Notes the UID that the API server gave to `key`.
    package mutating func note(uid: String, of key: ObjectKey) {
        entries[key]?.uid = uid
    }

    /// Forgets `key`: it is gone from the cluster.
    package mutating func remove(_ key: ObjectKey) {
        guard entries.removeValue(forKey: key) != nil, let chunk = chunkOf.removeValue(forKey: key) else { return }
        sizes[chunk, default: 1] -= 1
        dirty.insert(chunk)
    }

    /// Says that `chunk` is on the cluster as it is here.
    package mutating func markWritten(_ chunk: Int) {
        dirty.remove(chunk)
    }

    /// Makes chunk 0, which names the kinds and namespaces of the whole set, dirty when those changed.
    package mutating func announceKinds() {
        let now = applySet
        guard now != announced else { return }
        announced = now
        dirty.insert(0)
    }

    /// The set as its parent states it.
    package var applySet: ApplySet {
        var set = ApplySet(id: AgentSet.id, tooling: AgentSet.tooling)
        for key in entries.keys { set.include(key) }
        return set
    }

    private func firstFree() -> Int {
        var chunk = 0
        while sizes[chunk, default: 0] >= Self.chunkCapacity { chunk += 1 }
        return chunk
    }
}

// MARK: - Text

extension InventoryBook {
    /// The text of one chunk: one object per line, sorted.
    package func text(of chunk: Int) -> String {
        let keys = chunkOf.filter { $0.value == chunk }.keys.sorted()
        var text = ""
        for key in keys {
            guard let entry = entries[key] else { continue }
            text += [entry.apiVersion, key.kind, key.namespace ?? "", key.name, entry.layer, entry.uid]
                .joined(separator: " ")
            text += "\n"
        }
        return text
    }

    /// Takes up a chunk that was read from the cluster; lines of another form are left out.
    ///
    /// - Returns: how many lines could not be read.
    package mutating func read(_ text: String, chunk: Int) -> Int {
        var unread = 0
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 6 else {
                unread += 1
                continue
            }
            let group = parts[0].contains("/") ? String(parts[0].prefix { $0 != "/" }) : ""
            let key = ObjectKey(
                group: group,
                kind: parts[1],
                namespace: parts[2].isEmpty ? nil : parts[2],
                name: parts[3]
            )
            guard chunkOf[key] == nil else {
                dirty.insert(chunk)
                continue
            }
            entries[key] = Entry(apiVersion: parts[0], layer: parts[4], uid: parts[5])
            chunkOf[key] = chunk
            sizes[chunk, default: 0] += 1
        }
        if sizes[chunk] == nil { sizes[chunk] = 0 }
        return unread
    }
}
