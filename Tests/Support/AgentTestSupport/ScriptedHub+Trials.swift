package import AgentProtocol
package import Bundles
package import ClusterAgent
import Concurrency
import JSON

extension ScriptedHub {
    /// Publishes the last layers again with the request to try `entries`.
    @discardableResult
    package func ask(
        toTry entries: [TrialEntry],
        id: String,
        expires: Int64? = nil,
        tampering: Bool = false
    ) throws -> Bundle {
        guard let sealingKey else { throw HubError(.refused, "nobody has enrolled") }
        let context = SealingContext(clusterID: cluster.id, layer: Directives.Trial.layerName(of: id))
        let file = try sealingKey.seal(try LayerFile(entries.map(\.json)).bytes, context: context)
        let digest = Digest(of: file)
        layers[digest] = tampering ? file.dropLast() + [file[file.count - 1] ^ 1] : file
        let trial = Directives.Trial(
            id: id,
            digest: digest,
            length: file.count,
            objectCount: entries.count,
            expires: expires ?? clock().seconds + 600
        )
        return try publish(published, directives: Directives(trial: trial))
    }

    package func trial(_ report: TrialReport) async throws(HubError) {
        try checkReach()
        trials.append(report)
        reported.notify()
    }

    /// Waits for the agent's word about a trial; fails after 90 seconds.
    package nonisolated func trial(_ id: String) async throws -> TrialReport {
        try await withDeadline(.seconds(90)) { [self] in
            var seen: UInt64 = 0
            while true {
                if let report = await trials.first(where: { $0.id == id }) { return report }
                seen = await reported.wait(after: seen)
                try Task.checkCancellation()
            }
        }
    }
}
