import Concurrency
package import JSON
import Postgres
import Values

extension HubStore {
    /// How a cluster's agent was installed last; `nil` when it never was.
    ///
    /// - Throws: `StoreError.Code.notFound` when there is no such cluster.
    package func installationOptions(of name: String) async throws -> JSONValue? {
        try await read("the installation of cluster '\(name)' cannot be read") { connection in
            let found = try connection.query(
                """
                SELECT i.options FROM clusters c LEFT JOIN installations i ON i.cluster_id = c.id WHERE c.name = \(name)
                """
            )
            return try found.first.orNotFound("cluster '\(name)'").get(0)
        }
    }

    /// Notes how a cluster's agent is installed, with what lets it in.
    ///
    /// A token replaces the one before and voids an address that was not used; an address voids the one before.
    ///
    /// - Throws: `StoreError.Code.notFound` when there is no such cluster.
    package func prepareInstallation(
        of name: String,
        options: JSONValue,
        admission: InstallationAdmission
    ) async throws {
        let failure = "no installation of cluster '\(name)' was prepared"
        let entry = AuditEntry(.installCluster, "cluster \(name)", detail: admission.word, after: options)
        try await write("store.installation.prepare", failure, audit: .entries { _ in [entry] }) { connection in
            let found = try connection.query("SELECT id FROM clusters WHERE name = \(name)")
            let id: String = try found.first.orNotFound("cluster '\(name)'").get(0)
            try connection.query(
                """
                INSERT INTO installations (cluster_id, options) VALUES (\(id), \(options))
                ON CONFLICT (cluster_id) DO UPDATE SET options = excluded.options
                """
            )
            switch admission {
            case .enrolled: break
            case .token(let token):
                try store(token, of: id, on: connection)
                try connection.query(
                    """
                    UPDATE installations SET link_hash = NULL, link_expires_at = NULL, link_used_at = NULL
                    WHERE cluster_id = \(id)
                    """
                )
            case .link(let link):
                try connection.query(
                    """
                    UPDATE installations SET link_hash = \(Self.hash(link.secret)), link_expires_at = \(link.expiresAt),
                        link_used_at = NULL
                    WHERE cluster_id = \(id)
                    """
                )
            }
        }
    }

    /// Uses an address up: what to serve there, with a new token, once.
    ///
    /// - Throws: `StoreError.Code.notFound` for an address that was never made or was replaced, `.linkUsed`,
    ///   `.linkExpired`.
    package func redeemInstallation(
        secret: String,
        tokenLifetime: Duration? = nil
    ) async throws -> RedeemedInstallation {
        let now = clock()
        return try await write(
            "store.installation.redeem",
            "the installation was not served",
            audit: AuditPlan<RedeemedInstallation> { [AuditEntry(named: "serveInstallation", "cluster \($0.cluster)")] }
        ) { connection in
            let (id, cluster, options) = try openInstallation(secret, at: now, on: connection)
            let token = newToken(for: cluster, lifetime: tokenLifetime)
            try connection.query("UPDATE installations SET link_used_at = \(now) WHERE cluster_id = \(id)")
            try store(token, of: id, on: connection)
            return RedeemedInstallation(cluster: cluster, options: options, token: token)
        }
    }

    /// Looks whether an address would serve now, and leaves it as it is.
    ///
    /// - Throws: as `redeemInstallation(secret:tokenLifetime:)`.
    package func checkInstallation(secret: String) async throws {
        let now = clock()
        try await write(
            "store.installation.check",
            "the installation cannot be read",
            audit: .notAudited("only looks")
        ) { connection in
            _ = try openInstallation(secret, at: now, on: connection)
        }
    }

    /// Makes the address of a cluster's installation void, if it has one.
    static func closingInstallation(of clusterID: String) -> SQL {
        """
        UPDATE installations SET link_hash = NULL, link_expires_at = NULL, link_used_at = NULL
        WHERE cluster_id = \(clusterID)
        """
    }

    private func openInstallation(
        _ secret: String,
        at now: UnixTime,
        on connection: isolated PostgresConnection
    ) throws -> (id: String, cluster: String, options: JSONValue) {
        let found = try connection.query(
            """
            SELECT i.cluster_id, c.name, i.options, i.link_expires_at, i.link_used_at
            FROM installations i JOIN clusters c ON c.id = i.cluster_id
            WHERE i.link_hash = \(Self.hash(secret))
            FOR UPDATE OF i
            """
        )
        guard let row = found.first else {
            throw StoreError(.notFound, "there is no installation at this address; a newer one may have replaced it")
        }
        let name: String = try row.get("name")
        if let used = try row.get("link_used_at", as: UnixTime?.self) {
            throw StoreError(
                .linkUsed,
                "the installation of cluster '\(name)' was served at \(used.rfc3339) already, and is served once only"
            )
        }
        guard try row.get("link_expires_at", as: UnixTime.self) > now else {
            throw StoreError(.linkExpired, "the address of the installation of cluster '\(name)' has expired")
        }
        return (try row.get("cluster_id"), name, try row.get("options"))
    }
}
