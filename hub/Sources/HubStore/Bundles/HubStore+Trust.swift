import Bundles
import Concurrency
import Postgres
import Values

extension HubStore {
    /// Every version of the fleet's root metadata, the oldest first.
    ///
    /// - Throws: `StoreError`.
    package func roots() async throws -> [(version: Int64, bytes: [UInt8])] {
        try await read("the fleet's root cannot be read") { connection in
            try connection.query("SELECT version, bytes FROM root_metadata ORDER BY version").map { row in
                (version: try row.get(0, as: Int64.self), bytes: try row.get(1, as: [UInt8].self))
            }
        }
    }

    /// One version of the fleet's root metadata; `nil` when there is none.
    ///
    /// - Throws: `StoreError`.
    package func root(version: some BinaryInteger) async throws -> [UInt8]? {
        let version = Int64(clamping: version)
        return try await read("the fleet's root cannot be read") { connection in
            try connection.query("SELECT bytes FROM root_metadata WHERE version = \(version)").first?.get(0)
        }
    }

    /// The version of the newest root; 0 before the first.
    ///
    /// - Throws: `StoreError`.
    package func newestRootVersion() async throws -> Int64 {
        try await read("the fleet's root cannot be read") { connection in
            try connection.query("SELECT coalesce(max(version), 0) FROM root_metadata")[0].get(0)
        }
    }

    /// Appends a version of the root with the same keys.
    ///
    /// - Throws: `StoreError.Code.stale` when it does not follow the latest one, or a draft of that version is being signed,
    ///   or agents say that they trust another root of that version.
    package func addRoot(version: Int64, bytes: [UInt8]) async throws {
        let now = clock()
        try await write(
            "store.root",
            "root version \(version) was not stored",
            audit: .entry(.publishRoot, "root \(version)", detail: "SHA-256 \(Digest(of: bytes).hex)")
        ) { connection in
            let added = try connection.query(
                """
                INSERT INTO root_metadata (version, bytes, created_at)
                SELECT \(version), \(bytes), \(now)
                WHERE (SELECT max(version) FROM root_metadata) + 1 = \(version) AND NOT EXISTS (SELECT FROM root_drafts)
                    AND NOT EXISTS (SELECT FROM restrained_clusters WHERE state = 'ahead' AND seen_root >= \(version))
                ON CONFLICT DO NOTHING
                """
            ).affected
            guard added == 1 else {
                throw StoreError(.stale, "root version \(version) does not follow the latest one: read it again")
            }
            try connection.query("SELECT pg_notify(\(Channel.root), \(String(version)))")
        }
    }

    /// The private keys of the metadata roles.
    ///
    /// - Throws: `StoreError.Code.undecipherable`, `BundleError` when one is no key.
    package func signingKeys() async throws -> [RoleSigningKey] {
        try await read("the signing keys cannot be read") { connection in
            try connection.query("SELECT role, sealed, key_id FROM signing_keys ORDER BY role, key_id").map { row in
                let name: String = try row.get(0)
                guard let role = MetadataRole(rawValue: name) else {
                    throw StoreError(.internal, "a signing key has the unknown role '\(name)'")
                }
                let keyID: String = try row.get(2)
                let bytes = try cipher.open(try row.get(1), context: Self.context(role, keyID))
                return RoleSigningKey(role: role, key: try SigningKey(rawBytes: bytes))
            }
        }
    }

    /// Stores the fleet's first root with its keys.
    ///
    /// - Returns: false when there is a root already; then nothing was stored.
    /// - Throws: `StoreError`.
    package func bootstrapTrust(root: [UInt8], keys: [RoleSigningKey]) async throws -> Bool {
        let now = clock()
        return try await write(
            "store.trust",
            "the fleet's root was not stored",
            audit: AuditPlan<Bool> { $0 ? [AuditEntry(.publishRoot, "root 1", detail: "the first one")] : [] }
        ) { connection in
            let added = try connection.query(
                """
                INSERT INTO root_metadata (version, bytes, created_at) VALUES (1, \(root), \(now))
                ON CONFLICT DO NOTHING
                """
            ).affected
            guard added == 1 else { return false }
            try insert(keys, at: now, on: connection)
            return true
        }
    }

    /// Stores private keys, sealed.
    func insert(_ keys: [RoleSigningKey], at now: UnixTime, on connection: isolated PostgresConnection) throws {
        let cipher = try cipher.held(on: connection)
        for entry in keys {
            let keyID = entry.key.keyID
            let sealed = try cipher.seal(entry.key.rawBytes, context: Self.context(entry.role, keyID))
            try connection.query(
                """
                INSERT INTO signing_keys (key_id, role, sealed, created_at)
                VALUES (\(keyID), \(entry.role.rawValue), \(sealed), \(now))
                """
            )
        }
    }

    private static func context(_ role: MetadataRole, _ keyID: String) -> String { "signing key \(role) \(keyID)" }
}
