import HubAPI
import JSON

/// The same change on several clusters: one that fails does not keep the others from it.
struct ClusterChanges {
    private(set) var changed: [ClusterStatus] = []
    private var failures: [(cluster: String, failure: CommandFailure)] = []

    /// Makes the change on one cluster after another.
    init(on names: [String], _ change: (String) async throws -> ClusterStatus) async throws {
        for name in names {
            do {
                changed.append(try await change(name))
            } catch let error as HubClientError {
                failures.append((name, CommandFailure(error)))
            }
        }
    }

    /// Shows what was changed, a sentence for each cluster.
    ///
    /// - Throws: `CommandFailure` when it was not made everywhere.
    func show(in session: Session, _ format: OutputFormat?, _ sentence: (ClusterStatus) -> String) throws {
        if !changed.isEmpty || failures.isEmpty {
            try session.show(format ?? .table, json: changed.json, names: changed.map(\.name)) {
                for cluster in changed { try session.terminal.line(sentence(cluster).printable) }
            }
        }
        guard let first = failures.first else { return }
        guard failures.count + changed.count > 1 else { throw first.failure }
        throw CommandFailure(
            first.failure.status,
            "\(failures.count) of \(failures.count + changed.count) clusters were not changed",
            details: failures.map { "\($0.cluster): \($0.failure.message)" }
        )
    }
}
