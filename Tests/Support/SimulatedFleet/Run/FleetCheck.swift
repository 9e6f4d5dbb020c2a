import Concurrency
import HubAPI
import JSON
import Logging
import Postgres

/// Compares, at the end, what the agents say with what the hub shows and its database holds.
package struct FleetCheck: Sendable {
    private let fleet: SimulatedFleet

    package init(of fleet: SimulatedFleet) {
        self.fleet = fleet
    }

    /// Compares everything.
    ///
    /// - Parameters:
    ///   - revision: what every cluster must run.
    ///   - acknowledged: the messages of the commits that the hub acknowledged.
    /// - Returns: what is not as it must be, in sentences; empty when all is well.
    /// - Throws: `PostgresError` when the hubs' database cannot be read.
    package func faults(revision: Int64, acknowledged: [String] = []) async throws -> [String] {
        var faults = fleet.tally.now.violations
        let pool = PostgresPool(
            configuration: try await fleet.hub.databaseConfiguration(),
            maximum: 1,
            logger: Logger(label: "otomi.fleet")
        )
        let stored = try await storedReports(pool)
        let published = try await publishedLayers(pool)
        for agent in fleet.agents {
            guard let standing = await agent.standing else {
                faults.append("\(agent.name): its last report was not taken")
                continue
            }
            if standing.revision < revision { faults.append("\(agent.name): runs revision \(standing.revision)") }
            if !standing.isExact { faults.append("\(agent.name): its objects are not those of its bundle") }
            if let layers = published[standing.cluster], layers != Set(standing.layers.values) {
                faults.append("\(agent.name): its layers are not those that the hub published")
            }
            guard let report = stored[standing.cluster] else {
                faults.append("\(agent.name): the hub has no report of it")
                continue
            }
            let said = StoredReport(
                bootID: standing.bootID,
                sequence: standing.sequence,
                generation: standing.generation,
                revision: standing.revision
            )
            if report != said { faults.append("\(agent.name): the hub shows \(report), the agent said \(said)") }
        }
        faults += try await revisionFaults(pool, acknowledged)
        await pool.close()
        return faults
    }

    private struct StoredReport: Hashable, Sendable {
        let bootID: String
        let sequence: Int64
        let generation: Int64
        let revision: Int64
    }

    private func storedReports(_ pool: PostgresPool) async throws -> [String: StoredReport] {
        var reports: [String: StoredReport] = [:]
        let rows = try await pool.query(
            """
            SELECT c.name, r.boot_id, r.sequence, r.generation, r.revision
            FROM cluster_reports r JOIN clusters c ON c.id = r.cluster_id
            """
        )
        for row in rows {
            reports[try row.get("name")] = StoredReport(
                bootID: try row.get("boot_id"),
                sequence: try row.get("sequence"),
                generation: try row.get("generation"),
                revision: try row.get("revision")
            )
        }
        return reports
    }

    /// The digests of the layers of each cluster's newest bundle.
    private func publishedLayers(_ pool: PostgresPool) async throws -> [String: Set<String>] {
        var layers: [String: Set<String>] = [:]
        let rows = try await pool.query(
            """
            SELECT c.name, encode(b.digest, 'hex') AS digest
            FROM clusters c JOIN bundle_layers b ON b.cluster_id = c.id AND b.last_generation IS NULL
            """
        )
        for row in rows { layers[try row.get("name"), default: []].insert(try row.get("digest")) }
        return layers
    }

    /// Every number once and without gaps; every acknowledged commit once, every other one at most once.
    private func revisionFaults(_ pool: PostgresPool, _ acknowledged: [String]) async throws -> [String] {
        var faults: [String] = []
        var numbers: [Int64] = []
        var messages: [String: Int] = [:]
        for row in try await pool.query("SELECT number, message FROM revisions ORDER BY number") {
            numbers.append(try row.get("number"))
            messages[try row.get("message"), default: 0] += 1
        }
        if numbers != Array(numbers.indices.map { Int64($0) + (numbers.first ?? 1) }) {
            faults.append("the revisions' numbers have gaps")
        }
        for message in acknowledged where messages[message] != 1 {
            faults.append("the commit '\(message)' is there \(messages[message] ?? 0) times")
        }
        return faults
    }
}
