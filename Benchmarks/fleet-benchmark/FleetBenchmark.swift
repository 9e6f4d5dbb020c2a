import ArgumentParser
import Foundation
import Heap
import SimulatedFleet

/// Measures a hub with a fleet of simulated agents: idle, under changes, killed and back.
@main
struct FleetBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet-benchmark",
        abstract: "Measure a hub with a fleet of simulated agents."
    )

    @Option(help: ArgumentHelp("How many clusters there are; one run for each number.", valueName: "numbers"))
    var clusters: ClusterCounts = ClusterCounts(counts: [1_000, 10_000])

    @Option(help: ArgumentHelp("off, on, or both: with TLS in the hub, or plain as behind a proxy.", valueName: "way"))
    var tls = TLSWays.both

    @Option(help: ArgumentHelp("How long the idle hub is watched.", valueName: "seconds"))
    var idleSeconds = 60

    @Option(help: ArgumentHelp("What is measured after the idle fleet; all of it without.", valueName: "parts"))
    var parts: MeasuredParts = MeasuredParts(parts: Set(MeasuredPart.allCases))

    func run() async throws {
        ProcessHeap.giveBackFreeMemory()
        for count in clusters.counts {
            for hasTLS in tls.ways {
                let folder = URL(filePath: "/tmp/otomi-fleet-bench-\(UUID().uuidString.prefix(8))")
                var options = FleetHub.Options()
                options.hasTLS = hasTLS
                let hub = try FleetHub(folder: folder, options: options)
                let result: Result<Void, any Error>
                do {
                    Figures.title("\(count) clusters, \(hasTLS ? "TLS in the hub" : "plain HTTP")")
                    try await Measurement(hub, clusters: count, idleSeconds: idleSeconds).run(parts.parts)
                    result = .success(())
                } catch {
                    result = .failure(FleetFailure("\(error)\n\(await hub.logs)"))
                }
                await hub.end()
                try result.get()
            }
        }
    }
}

/// Numbers of clusters as they are given on the command line.
struct ClusterCounts: ExpressibleByArgument {
    let counts: [Int]

    init(counts: [Int]) { self.counts = counts }

    init?(argument: String) {
        let counts = argument.split(separator: ",").compactMap { Int($0) }.filter { (1...50_000).contains($0) }
        guard !counts.isEmpty, counts.count == argument.split(separator: ",").count else { return nil }
        self.counts = counts
    }

    var defaultValueDescription: String { counts.map(String.init).joined(separator: ",") }
}

/// What is measured of a fleet beside how it rests.
enum MeasuredPart: String, CaseIterable {
    case changes
    case stream
    case lists
    case preview
    case storm
    case restart
}

/// Parts as they are given on the command line, or `none`.
struct MeasuredParts: ExpressibleByArgument {
    let parts: Set<MeasuredPart>

    init(parts: Set<MeasuredPart>) { self.parts = parts }

    init?(argument: String) {
        let names = argument == "none" ? [] : argument.split(separator: ",")
        parts = Set(names.compactMap { MeasuredPart(rawValue: String($0)) })
        guard parts.count == names.count else { return nil }
    }

    var defaultValueDescription: String { MeasuredPart.allCases.map(\.rawValue).joined(separator: ",") }
}

enum TLSWays: String, CaseIterable, ExpressibleByArgument {
    case off
    case on
    case both

    var ways: [Bool] {
        switch self {
        case .off: [false]
        case .on: [true]
        case .both: [false, true]
        }
    }
}
