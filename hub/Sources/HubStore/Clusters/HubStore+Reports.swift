import Concurrency
package import JSON
import Postgres

extension HubStore {
    /// Stores what agents say, reports and the states of objects, all in one transaction.
    ///
    /// A report is stored unless it is older than what is stored. Within one boot of the agent the sequence decides; a new boot
    /// replaces the old one, whose late reports are refused. A delta is merged onto the stored report under the lock of its
    /// row, so that any replica may take it; rows are locked in the order of the clusters' ids, so that two replicas do not
    /// wait for each other. Others are only notified when a report says something new.
    ///
    /// - Parameter deliveries: of each cluster at most one.
    /// - Returns: what became of each, in their order. One that the database refuses fails alone:
    ///   `StoreError.Code.conflict` when the cluster does not exist.
    /// - Throws: `StoreError.Code.unavailable` and `CancellationError`, which concern them all.
    package func take(_ deliveries: [AgentDelivery]) async throws -> [Result<DeliveryReceipt, any Error>] {
        do {
            return try await takeTogether(deliveries).map { .success($0) }
        } catch let error as StoreError where error.code != .unavailable {
            guard deliveries.count > 1 else { return [.failure(error)] }
        }
        var results: [Result<DeliveryReceipt, any Error>] = []
        for delivery in deliveries { results += try await take([delivery]) }
        return results
    }

    /// Stores one report by itself; see ``take(_:)``.
    ///
    /// - Returns: whether it was taken, and if not, why.
    /// - Throws: `StoreError.Code.conflict` when the cluster does not exist.
    package func record(
        _ report: AgentReport,
        clusterID: String,
        merge: @escaping @Sendable (_ stored: JSONValue) -> JSONValue? = { _ in nil }
    ) async throws -> ReportOutcome {
        try await takeTogether([AgentDelivery(report, clusterID: clusterID, merge: merge)])[0].outcome
    }

    private func takeTogether(_ deliveries: [AgentDelivery]) async throws -> [DeliveryReceipt] {
        let whose = deliveries.count == 1 ? "cluster \(deliveries[0].clusterID)" : "\(deliveries.count) clusters"
        return try await write(
            "store.deliveries",
            "what the agent of \(whose) says was not stored",
            audit: .notAudited("agents' reports")
        ) { connection in
            let held = try Self.hold(deliveries, on: connection)
            let decided = deliveries.map { DecidedDelivery($0, on: held[$0.clusterID]) }
            let reports = decided.compactMap(ReportRow.init)
            let buckets = decided.flatMap(BucketRow.rows)
            let asked = decided.filter(\.needsHashes).map(\.delivery.clusterID)
            var batch: [SQL] = []
            if !reports.isEmpty { batch.append(Self.storing(reports, now: clock())) }
            if !buckets.isEmpty { batch.append(Self.storing(buckets)) }
            if !asked.isEmpty { batch.append(Self.hashing(asked)) }
            let answers = try connection.pipeline(batch)
            let stored = reports.isEmpty ? [] : Set(try answers[0].map { try $0.get("cluster_id", as: String.self) })
            let hashes = asked.isEmpty ? [:] : try Self.hashes(answers[answers.count - 1])
            let receipts = decided.map {
                $0.receipt(isStored: stored.contains($0.delivery.clusterID), hashes[$0.delivery.clusterID] ?? [:])
            }
            let looked = zip(decided, receipts).filter { $0.needsHashes && $1.isTaken }
            if !looked.isEmpty { try connection.query(Self.comparing(looked.map { ($0.delivery.clusterID, $1) })) }
            return receipts
        }
    }

    /// Locks the last reports of the clusters, and reads what is needed of them.
    private static func hold(
        _ deliveries: [AgentDelivery],
        on connection: isolated PostgresConnection
    ) throws -> [String: HeldReport] {
        let deltas = deliveries.filter(\.isDelta).map(\.clusterID)
        let objects = deliveries.filter { $0.report == nil }.map(\.clusterID)
        let rows = try connection.query(
            """
            SELECT cluster_id, boot_id, sequence, earlier_boot_ids,
                objects_agreed = boot_id || '/' || sequence AS objects_agree,
                CASE WHEN cluster_id = ANY (\(deltas)) THEN body
                    WHEN cluster_id = ANY (\(objects)) THEN jsonb_build_object('objects', body -> 'objects') END AS body
            FROM cluster_reports WHERE cluster_id = ANY (\(deliveries.map(\.clusterID)))
            ORDER BY cluster_id FOR UPDATE
            """
        )
        var held: [String: HeldReport] = [:]
        for row in rows {
            held[try row.get("cluster_id")] = HeldReport(
                bootID: try row.get("boot_id"),
                sequence: try row.get("sequence"),
                earlierBootIDs: try row.get("earlier_boot_ids"),
                body: try row.get("body", as: JSONValue?.self),
                objectsAgree: try row.get("objects_agree")
            )
        }
        return held
    }
}

extension DeliveryReceipt {
    fileprivate var isTaken: Bool { if case .taken = outcome { true } else { false } }
}

// MARK: - Decisions

/// A delivery, and what is to be done with it.
private struct DecidedDelivery {
    private static let lookedAtEvery: Int64 = 64

    let delivery: AgentDelivery
    let decision: DeliveryDecision
    /// What the report that counts from now on says of objects; `nil` when nothing is to be compared.
    private let said: (any ReportedObjects)?
    /// What is stored, where that is known without a look: the last report has hashed it, and it agreed.
    private let known: [Int: UInt64]?

    init(_ delivery: AgentDelivery, on held: HeldReport?) {
        self.delivery = delivery
        decision = delivery.decision(on: held)
        let body: JSONValue? =
            switch decision {
            case .store(_, let body), .keep(let body, _): body
            case .refuse: nil
            }
        said = body.flatMap { delivery.objects(in: $0) }
        let last = held.flatMap { $0.objectsAgree ? $0.body : nil }
        // Buckets alone may be newer than the report. A look now and then finds what no order of events explains.
        let isLook = delivery.report.map { $0.sequence.isMultiple(of: Self.lookedAtEvery) } ?? true
        known = said == nil || isLook ? nil : last.flatMap { delivery.objects(in: $0)?.bucketHashes }
    }

    /// Whether what is stored of the cluster's objects has to be looked at.
    var needsHashes: Bool { said != nil && known == nil }

    /// Whether it is known before the look that what is stored agrees with what is said.
    var objectsAgree: Bool {
        guard let said, let known else { return false }
        return delivery.differing(said, from: known).isEmpty
    }

    func receipt(isStored: Bool, _ stored: [Int: UInt64]) -> DeliveryReceipt {
        let outcome: ReportOutcome =
            switch decision {
            case .store(_, let body): isStored ? .taken(body) : .outdated
            case .keep(let body, _): .taken(body)
            case .refuse(let outcome): outcome
            }
        guard case .taken = outcome, let said else { return DeliveryReceipt(outcome: outcome, differing: []) }
        return DeliveryReceipt(outcome: outcome, differing: delivery.differing(said, from: known ?? stored))
    }
}

// MARK: - Statements

/// A whole report that is to be stored.
private struct ReportRow {
    let clusterID: String
    let report: AgentReport
    let body: JSONValue
    let objectsAgree: Bool

    init?(_ decided: DecidedDelivery) {
        guard case .store(let report, let body) = decided.decision else { return nil }
        clusterID = decided.delivery.clusterID
        self.report = report
        self.body = body
        objectsAgree = decided.objectsAgree
    }
}

/// A bucket that is to be stored while the last report is that of this boot and sequence.
private struct BucketRow {
    let clusterID: String
    let bootID: String
    let sequence: Int64
    let bucket: ObjectBucket

    static func rows(_ decided: DecidedDelivery) -> [BucketRow] {
        let delivery = decided.delivery
        let sequence: Int64
        switch decided.decision {
        case .store(let report, _): sequence = report.sequence
        case .keep(_, let last): sequence = last
        case .refuse: return []
        }
        return delivery.buckets.map {
            BucketRow(clusterID: delivery.clusterID, bootID: delivery.bootID, sequence: sequence, bucket: $0)
        }
    }
}

extension HubStore {
    /// Puts whole reports in their clusters' rows where no newer ones are, and answers with the clusters where it did.
    private static func storing(_ rows: [ReportRow], now: UnixTime) -> SQL {
        let reports = rows.map(\.report)
        let since = reports.map { min($0.observedAt ?? now, now) }
        return """
            WITH given AS (
                SELECT * FROM unnest(\(rows.map(\.clusterID)), \(reports.map(\.bootID)), \(reports.map(\.sequence)),
                    \(reports.map(\.generation)), \(reports.map(\.revision)), \(reports.map(\.state)), \(since),
                    \(rows.map(\.body)), \(rows.map { Int64($0.objectsAgree ? 1 : 0) }))
                    AS t (cluster_id, boot_id, sequence, generation, revision, state, since, body, objects_agree)
            ), previous AS (
                SELECT cluster_id, r.state, r.generation, r.body - 'sequence' - 'observedAt' - 'objects' AS said
                FROM cluster_reports r JOIN given USING (cluster_id)
            ), stored AS (
                INSERT INTO cluster_reports AS r (cluster_id, boot_id, sequence, generation, revision, state,
                    state_since, received_at, body, objects_agreed)
                SELECT cluster_id, boot_id, sequence, generation, revision, state, since, \(now), body,
                    CASE WHEN objects_agree > 0 THEN boot_id || '/' || sequence ELSE '' END
                FROM given ORDER BY cluster_id COLLATE "C"
                ON CONFLICT (cluster_id) DO UPDATE SET boot_id = excluded.boot_id,
                    previous_boot_id = CASE WHEN r.boot_id = excluded.boot_id THEN r.previous_boot_id
                        ELSE r.boot_id END,
                    earlier_boot_ids = CASE WHEN r.boot_id = excluded.boot_id THEN r.earlier_boot_ids
                        ELSE (r.earlier_boot_ids || r.boot_id)[greatest(cardinality(r.earlier_boot_ids) - 14, 1):] END,
                    sequence = excluded.sequence, generation = excluded.generation, revision = excluded.revision,
                    state = excluded.state, received_at = excluded.received_at, body = excluded.body,
                    objects_agreed = excluded.objects_agreed,
                    state_since = CASE WHEN r.state = excluded.state THEN r.state_since
                        ELSE excluded.state_since END
                WHERE CASE WHEN r.boot_id = excluded.boot_id THEN r.sequence < excluded.sequence
                    ELSE r.previous_boot_id IS DISTINCT FROM excluded.boot_id
                        AND excluded.boot_id <> ALL (r.earlier_boot_ids) END
                RETURNING r.cluster_id, r.generation, r.state, r.body - 'sequence' - 'observedAt' - 'objects' AS said
            ), news AS (
                SELECT s.cluster_id, s.generation, s.state, t.since,
                    (p.generation, p.state) IS DISTINCT FROM (s.generation, s.state) AS moves
                FROM stored s JOIN given t USING (cluster_id) LEFT JOIN previous p USING (cluster_id)
                WHERE p.said IS DISTINCT FROM s.said
            ), noted AS (
                INSERT INTO cluster_changes (cluster_id) SELECT cluster_id FROM news
            ), applied AS (
                UPDATE cluster_generations g SET applied_at = coalesce(g.applied_at, n.since), state = n.state,
                    ready_at = CASE WHEN n.state = 'inSync' THEN coalesce(g.ready_at, n.since) ELSE g.ready_at END
                FROM news n WHERE n.moves AND g.cluster_id = n.cluster_id AND g.generation = n.generation
            )
            SELECT s.cluster_id,
                CASE WHEN n.cluster_id IS NOT NULL THEN pg_notify(\(Channel.report), n.cluster_id) END IS NULL AS is_same
            FROM stored s LEFT JOIN news n USING (cluster_id)
            """
    }

    /// Replaces buckets where the last report is still the one that they belong to.
    private static func storing(_ rows: [BucketRow]) -> SQL {
        let buckets = rows.map(\.bucket)
        return """
            INSERT INTO cluster_objects (cluster_id, bucket, hash, objects)
            SELECT cluster_id, t.bucket, t.hash, t.objects
            FROM unnest(\(rows.map(\.clusterID)), \(rows.map(\.bootID)), \(rows.map(\.sequence)),
                \(buckets.map { Int64($0.number) }), \(buckets.map { Int64(bitPattern: $0.hash) }),
                \(buckets.map { JSONValue.array($0.objects) }))
                AS t (cluster_id, boot_id, sequence, bucket, hash, objects)
            JOIN cluster_reports r USING (cluster_id, boot_id, sequence)
            ORDER BY r.cluster_id, t.bucket
            ON CONFLICT (cluster_id, bucket) DO UPDATE SET hash = excluded.hash, objects = excluded.objects
            """
    }

    /// Reads what the stored buckets of clusters hash to.
    private static func hashing(_ clusterIDs: [String]) -> SQL {
        """
        SELECT cluster_id, array_agg(bucket::bigint) AS buckets, array_agg(hash) AS hashes
        FROM cluster_objects WHERE cluster_id = ANY (\(clusterIDs)) GROUP BY cluster_id
        """
    }

    /// Notes of clusters that were looked at whether what is stored is what their last reports hash.
    private static func comparing(_ looked: [(clusterID: String, receipt: DeliveryReceipt)]) -> SQL {
        let agreeing = looked.filter(\.receipt.differing.isEmpty).map(\.clusterID)
        return """
            UPDATE cluster_reports
            SET objects_agreed = CASE WHEN cluster_id = ANY (\(agreeing)) THEN boot_id || '/' || sequence ELSE '' END
            WHERE cluster_id = ANY (\(looked.map(\.clusterID)))
            """
    }

    private static func hashes(_ rows: PostgresRows) throws -> [String: [Int: UInt64]] {
        var hashes: [String: [Int: UInt64]] = [:]
        for row in rows {
            let buckets = try row.get("buckets", as: [Int64].self).map { Int($0) }
            let values = try row.get("hashes", as: [Int64].self).map { UInt64(bitPattern: $0) }
            hashes[try row.get("cluster_id")] = Dictionary(zip(buckets, values)) { _, last in last }
        }
        return hashes
    }
}
