import JSON
package import Kubernetes

/// What the agent has applied or is about to, spread over numbered chunks.
///
/// Each chunk is one ConfigMap on the cluster, so there is no ceiling on their sum. Pure: the store writes the chunks
/// that are `dirty` at once and those that are `stale` when it is quiet. An entry stays in its chunk, so that a change
/// rewrites one chunk and not all.
package struct InventoryBook: Hashable, Sendable {
    /// How many objects one ConfigMap lists; about 200 KB of text.
    package static let chunkCapacity = 1_000

    package struct Entry: Hashable, Sendable {
        package var apiVersion: String
        /// The layer that declared the object: what decides whether it may be pruned.
        package var layer: String
        /// The object's UID when it was last seen; empty before.
        package var uid: String
        /// Whether its deletion is decided: it needs no further confirmation, however often it is tried.
        package fileprivate(set) var isReleased = false
        fileprivate var chunk = 0

        package init(apiVersion: String, layer: String, uid: String = "") {
            self.apiVersion = apiVersion
            self.layer = layer
            self.uid = uid
        }
    }

    package private(set) var entries: [ObjectKey: Entry] = [:]
    private var sizes: [Int: Int] = [:]
    private var announced: ApplySet?
    /// Chunks that must be written before the cluster is changed: an object is missing in them, or left.
    package private(set) var dirty: Set<Int> = []
    /// Chunks in which only what is known of an object is old: they are written when it is quiet.
    package private(set) var stale: Set<Int> = []
    /// The deletions that wait for a person; kept in the parent's chunk, so that a restart does not begin anew.
    package private(set) var heldDeletions: HeldDeletions?

    package init() {}

    /// Declares `key`; only a new object or another layer or version makes its chunk dirty.
    package mutating func declare(_ key: ObjectKey, _ entry: Entry) {
        guard var old = entries[key] else {
            var entry = entry
            entry.chunk = firstFree()
            entries[key] = entry
            sizes[entry.chunk, default: 0] += 1
            dirty.insert(entry.chunk)
            return
        }
        guard old.layer != entry.layer || old.apiVersion != entry.apiVersion || old.isReleased else { return }
        old.layer = entry.layer
        old.apiVersion = entry.apiVersion
        old.isReleased = false
        entries[key] = old
        dirty.insert(old.chunk)
    }

    /// Notes that something new is known of `key`, such as the UID that the API server gave it.
    package mutating func note(uid: String, of key: ObjectKey) {
        guard let chunk = entries[key]?.chunk else { return }
        if entries[key]?.uid != uid { entries[key]?.uid = uid }
        stale.insert(chunk)
    }

    /// Notes that the deletion of `keys` is decided.
    package mutating func release(_ keys: some Sequence<ObjectKey>) {
        for key in keys {
            guard let entry = entries[key], !entry.isReleased else { continue }
            entries[key]?.isReleased = true
            dirty.insert(entry.chunk)
        }
    }

    /// Notes which deletions wait for a person.
    package mutating func hold(_ deletions: HeldDeletions?) {
        guard heldDeletions != deletions else { return }
        heldDeletions = deletions
        dirty.insert(0)
    }

    /// Forgets `key`: it is gone from the cluster.
    package mutating func remove(_ key: ObjectKey) {
        guard let entry = entries.removeValue(forKey: key) else { return }
        sizes[entry.chunk, default: 1] -= 1
        dirty.insert(entry.chunk)
    }

    /// Says that `chunk` is on the cluster as it is here.
    package mutating func markWritten(_ chunk: Int) {
        dirty.remove(chunk)
        stale.remove(chunk)
    }

    /// Says that `chunk` could not be written.
    package mutating func markDirty(_ chunk: Int) {
        dirty.insert(chunk)
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
    private static let readyMark = "ready"
    private static let releasedMark = "released"

    /// The text of one chunk: one object per line, sorted, with what `records` knows of those in place.
    ///
    /// What is known makes it possible to go on without the state directory: nothing is applied or read again.
    package func text(of chunk: Int, _ records: [ObjectKey: ObjectRecord] = [:]) -> String {
        let keys = entries.filter { $0.value.chunk == chunk }.keys.sorted()
        var text = ""
        for key in keys {
            guard let entry = entries[key] else { continue }
            let record = records[key].flatMap { $0.state == .applied ? $0 : nil }
            var marks: [String] = []
            if record?.health == .ready { marks.append(Self.readyMark) }
            if entry.isReleased { marks.append(Self.releasedMark) }
            let fields = [
                entry.apiVersion, key.kind, key.namespace ?? "", key.name, entry.layer, entry.uid,
                record?.applied?.json.stringValue ?? "", record?.resourceVersion ?? "",
                record.map { String($0.ownedFields, radix: 16) } ?? "", marks.joined(separator: ","),
            ]
            text += fields.joined(separator: " ")
            text += "\n"
        }
        return text
    }

    /// Takes up a chunk that was read from the cluster; lines of another form are left out.
    ///
    /// - Returns: how many lines could not be read, and what is known of the objects in place.
    package mutating func read(
        _ text: String,
        chunk: Int
    ) -> (unread: Int, records: [ObjectKey: ObjectRecord]) {
        var unread = 0
        var records: [ObjectKey: ObjectRecord] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            // Six is what an agent wrote that kept no records here.
            guard parts.count == 6 || parts.count == 10 else {
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
            guard entries[key] == nil else {
                dirty.insert(chunk)
                continue
            }
            var entry = Entry(apiVersion: parts[0], layer: parts[4], uid: parts[5])
            entry.chunk = chunk
            if parts.count == 10 {
                entry.isReleased = parts[9].hasSuffix(Self.releasedMark)
                records[key] = Self.record(parts)
            }
            entries[key] = entry
            sizes[chunk, default: 0] += 1
        }
        if sizes[chunk] == nil { sizes[chunk] = 0 }
        return (unread, records)
    }

    /// What the columns after the UID say; `nil` when the object was not in place.
    private static func record(_ parts: [String]) -> ObjectRecord? {
        guard let applied = try? Fingerprint(json: .string(parts[6])), let ownedFields = UInt64(parts[8], radix: 16)
        else { return nil }
        var record = ObjectRecord(apiVersion: parts[0], state: .applied)
        record.applied = applied
        record.uid = parts[5]
        record.resourceVersion = parts[7]
        record.ownedFields = ownedFields
        record.health = parts[9].hasPrefix(Self.readyMark) ? .ready : .unknown
        return record
    }

    /// Takes up what chunk 0 says and was not written by this process: the kinds it names, the deletions it holds.
    package mutating func read(announced set: ApplySet?, held: HeldDeletions?) {
        announced = set
        heldDeletions = held
    }
}
