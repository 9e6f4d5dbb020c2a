import Values
import Bundles
package import Concurrency
import Postgres

/// The next root of trust while its signatures are collected.
package struct StoredRootDraft: Hashable, Sendable {
    package let version: Int64
    /// The file with the signatures that are there.
    package let bytes: [UInt8]
    package let author: String
    package let createdAt: UnixTime
}

extension HubStore {
    /// The draft of the next root; `nil` when there is none.
    ///
    /// - Throws: `StoreError`.
    package func rootDraft() async throws -> StoredRootDraft? {
        try await read("the draft of the next root cannot be read") { connection in
            try connection.query("SELECT version, bytes, author, created_at FROM root_drafts").first.map { row in
                StoredRootDraft(
                    version: try row.get(0),
                    bytes: try row.get(1),
                    author: try row.get(2),
                    createdAt: try row.get(3)
                )
            }
        }
    }

    /// Keeps a draft until it is signed, with the private keys that it gives the hub.
    ///
    /// - Throws: `StoreError.Code.alreadyExists` when there is one, `.stale` when it does not follow the newest root.
    package func addRootDraft(version: Int64, bytes: [UInt8], author: String, keys: [RoleSigningKey]) async throws {
        let now = clock()
        try await write(
            "store.rootDraft",
            "the draft of root \(version) was not stored",
            audit: .entry(.rotateTrust, "root \(version)", detail: "drafted")
        ) { connection in
            let newest = try connection.query("SELECT coalesce(max(version), 0) FROM root_metadata")[0]
                .get(0, as: Int64.self)
            guard newest + 1 == version else {
                throw StoreError(.stale, "root \(version) does not follow the newest one, root \(newest)")
            }
            let added = try connection.query(
                """
                INSERT INTO root_drafts (version, bytes, author, created_at)
                VALUES (\(version), \(bytes), \(author), \(now)) ON CONFLICT DO NOTHING
                """
            ).affected
            guard added == 1 else {
                throw StoreError(.alreadyExists, "another draft of the next root was made meanwhile")
            }
            try insert(keys, at: now, on: connection)
        }
    }

    /// Replaces the draft by one with more signatures.
    ///
    /// - Throws: `StoreError.Code.stale` when it is not the expected one any more.
    package func replaceRootDraft(_ expected: [UInt8], by bytes: [UInt8]) async throws {
        try await write(
            "store.rootDraft.sign",
            "the draft of the next root was not stored",
            audit: .entry(.signRoot, "the draft of the next root", detail: "SHA-256 \(Digest(of: bytes).hex)")
        ) { connection in
            let changed = try connection.query(
                "UPDATE root_drafts SET bytes = \(bytes) WHERE bytes = \(expected)"
            ).affected
            guard changed == 1 else {
                throw StoreError(.stale, "somebody else signed or discarded the draft meanwhile: look at it again")
            }
        }
    }

    /// Drops the draft and the private keys that no root lists; `keyIDs` are those of `root`, the newest one.
    ///
    /// - Throws: `StoreError.Code.notFound` when there is none, `.stale` when there is a newer root, with its own keys.
    package func discardRootDraft(following root: Int64, keeping keyIDs: [String]) async throws {
        try await write(
            "store.rootDraft",
            "the draft of the next root was not discarded",
            audit: .entry(.rotateTrust, "the draft of the next root", detail: "discarded")
        ) { connection in
            guard try connection.query("DELETE FROM root_drafts").affected == 1 else {
                throw StoreError(.notFound, "there is no draft of a root")
            }
            let newest = try connection.query("SELECT coalesce(max(version), 0) FROM root_metadata")[0]
                .get(0, as: Int64.self)
            guard newest == root else {
                throw StoreError(.stale, "the trust was changed by somebody else meanwhile: look at it again")
            }
            try connection.query("DELETE FROM signing_keys WHERE key_id <> ALL (\(keyIDs))")
        }
    }

    /// Publishes a root: from now on it is the newest, and the hub has no private key but those that it lists.
    ///
    /// - Parameters:
    ///   - version: one more than the newest root's.
    ///   - bytes: the signed file.
    ///   - draft: the draft that it was; `nil` when it was none.
    ///   - keys: private keys that the hub gets with it.
    ///   - keyIDs: the keys that it lists.
    ///   - changesContent: whether teams have other content keys in it: every cluster is looked at again.
    /// - Throws: `StoreError.Code.stale` when it does not follow the newest root, or the draft is another one by now.
    package func publishRoot(
        version: Int64,
        bytes: [UInt8],
        draft: [UInt8]?,
        keys: [RoleSigningKey],
        keeping keyIDs: [String],
        changesContent: Bool = false
    ) async throws {
        let now = clock()
        try await write(
            "store.root",
            "root \(version) was not published",
            audit: .entry(.publishRoot, "root \(version)", detail: "SHA-256 \(Digest(of: bytes).hex)")
        ) { connection in
            let dropped = try connection.query("DELETE FROM root_drafts WHERE bytes = \(draft ?? [])").affected
            guard draft == nil || dropped == 1,
                try connection.query("SELECT FROM root_drafts").isEmpty,
                try connection.query(
                    """
                    INSERT INTO root_metadata (version, bytes, created_at)
                    SELECT \(version), \(bytes), \(now)
                    WHERE (SELECT max(version) FROM root_metadata) + 1 = \(version)
                    ON CONFLICT DO NOTHING
                    """
                ).affected == 1
            else {
                throw StoreError(.stale, "the trust was changed by somebody else meanwhile: look at it again")
            }
            try insert(keys, at: now, on: connection)
            try connection.query("DELETE FROM signing_keys WHERE key_id <> ALL (\(keyIDs))")
            if changesContent { try connection.query("UPDATE clusters SET input_version = input_version + 1") }
            try connection.query("SELECT pg_notify(\(Channel.root), \(String(version)))")
        }
    }
}
