import AgentProtocol
import Bundles
import Concurrency
import JSON
import Kubernetes
import Logging

/// Tries on the API server, without writing anything, what the signed metadata asks to try, and tells the hub the outcome.
struct TrialLoop: Sendable {
    /// So many objects are tried at once: a trial must not be felt by what runs.
    private static let width = 4
    /// How often the outcome is sent before it is given up.
    private static let attempts = 5

    let reconciler: Reconciler
    let layers: LayerStore
    let hub: any HubConnection
    let environment: AgentEnvironment
    let logger: Logger

    func run() async {
        var last: String?
        while !Task.isCancelled {
            let seen = reconciler.directed.version
            if let trial = await reconciler.trial, trial.id != last {
                last = trial.id
                // An old one is that of somebody who has gone home.
                if trial.expires > environment.now().seconds { await perform(trial) }
            }
            _ = await reconciler.directed.wait(after: seen)
        }
    }

    private func perform(_ trial: Directives.Trial) async {
        logger.info("A change is tried", metadata: ["trial": "\(trial.id)", "objects": "\(trial.objectCount)"])
        let report: TrialReport
        do { report = TrialReport(id: trial.id, results: try await results(of: trial)) } catch {
            report = TrialReport(id: trial.id, failure: "\(error)")
        }
        guard !Task.isCancelled else { return }
        await send(report)
    }

    private func results(of trial: Directives.Trial) async throws -> [TrialResult] {
        try await reconciler.checkCluster()
        let entries = try await entries(of: trial)
        return await withTaskGroup(of: (Int, TrialResult).self) { group in
            var results = [TrialResult?](repeating: nil, count: entries.count)
            var next = 0
            for _ in 0..<min(Self.width, entries.count) {
                add(next, entries[next], to: &group)
                next += 1
            }
            while let (index, result) = await group.next() {
                results[index] = result
                guard next < entries.count, !Task.isCancelled else { continue }
                add(next, entries[next], to: &group)
                next += 1
            }
            return results.compactMap(\.self)
        }
    }

    private func add(_ index: Int, _ entry: TrialEntry, to group: inout TaskGroup<(Int, TrialResult)>) {
        group.addTask { (index, await attempt(entry)) }
    }

    private func attempt(_ entry: TrialEntry) async -> TrialResult {
        guard let request = await reconciler.rehearsal(of: entry) else {
            return TrialResult(
                kind: entry.object["kind"]?.stringValue ?? "",
                namespace: nil,
                name: entry.object["metadata"]?["name"]?.stringValue ?? "",
                outcome: .failed,
                message: "it has no apiVersion, kind and name"
            )
        }
        return await reconciler.cluster.attempt(TriedObject(request, isConfidential: entry.isConfidential))
    }

    /// The objects of a trial, verified against the signed digest and unsealed; nothing of them is kept.
    private func entries(of trial: Directives.Trial) async throws -> [TrialEntry] {
        guard trial.objectCount <= TrialEntry.maximumCount else {
            throw BundleError(.endlessData, "a trial has at most \(TrialEntry.maximumCount) objects")
        }
        var limits = LayerLimits()
        limits.maximumBytes = TrialEntry.maximumBytes
        limits.maximumObjects = TrialEntry.maximumCount
        let content = try await layers.passing(trial.layer)
        let objects = try LayerFile.objects(in: content, layer: trial.layerName, limits: limits)
        guard objects.count == trial.objectCount else {
            throw BundleError(.malformed, "\(objects.count) objects came, \(trial.objectCount) were signed")
        }
        return try objects.map { object throws(JSONError) in try TrialEntry(json: object) }
    }

    private func send(_ report: TrialReport) async {
        var backoff = Backoff(base: .milliseconds(500), cap: .seconds(10))
        for _ in 0..<Self.attempts {
            do throws(HubError) { return try await hub.trial(report) } catch {
                logger.debug("The outcome of a trial was not taken", metadata: ["error": "\(error)"])
                guard error.isRetryable, !Task.isCancelled else { return }
                try? await environment.sleep(max(error.retryAfter ?? .zero, environment.next(&backoff)))
            }
        }
    }
}
