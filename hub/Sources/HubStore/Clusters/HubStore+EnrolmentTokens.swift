import Values
import Bundles
import Concurrency
import Crypto
import Postgres

extension HubStore {
    /// A new secret text of 256 random bits, for tokens.
    package static func makeToken() -> String {
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        return "otomi_" + Hexadecimal.encode(bytes)
    }

    /// A new enrolment token, which names the cluster that it is for; a token with another name in it is another token.
    package static func makeEnrolmentToken(for cluster: String) -> String {
        makeToken().replacing("otomi_", with: "otomi_enrol_\(cluster)_", maxReplacements: 1)
    }

    static func hash(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }

    /// Makes a new token for a cluster; an earlier one stops working.
    ///
    /// - Parameters:
    ///   - name: the cluster.
    ///   - lifetime: how long it works; `nil` for what the fleet's policy says, which is also the most.
    /// - Returns: the token, whose text is nowhere else.
    /// - Throws: `StoreError.Code.notFound`.
    package func issueToken(cluster name: String, lifetime: Duration? = nil) async throws -> EnrolmentToken {
        let token = newToken(for: name, lifetime: lifetime)
        try await write(
            "store.token.issue",
            "no token was made for cluster '\(name)'",
            audit: .entry(.issueClusterToken, "cluster \(name)", detail: "until \(token.expiresAt.rfc3339)")
        ) { connection in
            let found = try connection.query("SELECT id FROM clusters WHERE name = \(name)")
            try store(token, of: try found.first.orNotFound("cluster '\(name)'").get(0), on: connection)
        }
        return token
    }

    /// A token that is not stored yet.
    func newToken(for cluster: String, lifetime: Duration? = nil) -> EnrolmentToken {
        let lifetime = min(lifetime ?? agentPolicy.tokenLifetime, agentPolicy.tokenLifetime)
        return EnrolmentToken(text: Self.makeEnrolmentToken(for: cluster), expiresAt: clock() + lifetime)
    }

    func store(_ token: EnrolmentToken, of clusterID: String, on connection: isolated PostgresConnection) throws {
        try connection.query(
            """
            INSERT INTO enrolment_tokens (cluster_id, token_hash, expires_at)
            VALUES (\(clusterID), \(Self.hash(token.text)), \(token.expiresAt))
            ON CONFLICT (cluster_id) DO UPDATE
            SET token_hash = excluded.token_hash, expires_at = excluded.expires_at, used_at = NULL, used_by = NULL
            """
        )
    }
}
