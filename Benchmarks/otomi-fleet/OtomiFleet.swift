import ArgumentParser
import Foundation
import Heap
import SimulatedFleet

/// `otomi-fleet`: runs a simulated fleet against real hubs, and says whether all is as it must be at the end.
@main
struct OtomiFleet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "otomi-fleet",
        abstract: "Run a simulated fleet against real hubs.",
        discussion: """
            Starts otomi-hub with a private PostgreSQL, adds clusters whose agents speak the real protocol, commits for a \
            while, and compares every cluster with its bundle at the end. Everything it starts ends with it.
            """
    )

    @Option(help: ArgumentHelp("How many clusters there are.", valueName: "number"))
    var clusters = 100

    @Option(help: ArgumentHelp("How long commits go on once all clusters are in sync.", valueName: "seconds"))
    var seconds = 10

    @Option(
        help: ArgumentHelp(
            "What is brought on agents meanwhile, separated by commas, or 'all': "
                + FaultKind.allCases.map(\.rawValue).joined(separator: ", ") + ".",
            valueName: "faults"
        )
    )
    var faults: FaultList = FaultList(kinds: [])

    @Option(help: ArgumentHelp("How many hubs share one PostgreSQL.", valueName: "number"))
    var replicas = 1

    @Flag(help: "Kill a hub every few seconds.")
    var kill = false

    @Flag(help: "Let the hubs speak TLS.")
    var tls = false

    @Option(help: ArgumentHelp("How many teams there are, with five services each.", valueName: "number"))
    var teams = 10

    func validate() throws {
        guard (1...50_000).contains(clusters) else { throw ValidationError("--clusters is a number from 1 to 50000.") }
        guard (1...9).contains(replicas) else { throw ValidationError("--replicas is a number from 1 to 9.") }
        guard (0...86_400).contains(seconds) else { throw ValidationError("--seconds is a number from 0 to 86400.") }
        guard (1...500).contains(teams) else { throw ValidationError("--teams is a number from 1 to 500.") }
    }

    func run() async throws {
        ProcessHeap.giveBackFreeMemory()
        var options = FleetRun.Options()
        options.clusters = clusters
        options.seconds = seconds
        options.faults = faults.kinds
        options.hub.replicas = replicas
        options.hub.hasTLS = tls
        options.values = FleetValues(teams: teams)
        options.killInterval = kill ? .seconds(4) : nil
        options.limit = .seconds(300 + clusters / 10)
        let folder = URL(filePath: "/tmp/otomi-fleet-\(UUID().uuidString.prefix(8))")
        let outcome = try await FleetRun(options, folder: folder, log: Self.say).run()
        FleetTable(outcome, clusters: clusters).print()
        guard outcome.faults.isEmpty else { throw ExitCode.failure }
    }

    @Sendable private static func say(_ line: String) {
        FileHandle.standardError.write(Data("\(line)\n".utf8))
    }
}

/// Kinds of faults as they are given on the command line.
struct FaultList: ExpressibleByArgument {
    let kinds: Set<FaultKind>

    init(kinds: Set<FaultKind>) { self.kinds = kinds }

    init?(argument: String) {
        if argument == "all" {
            kinds = Set(FaultKind.allCases)
            return
        }
        var kinds: Set<FaultKind> = []
        for word in argument.split(separator: ",") {
            guard let kind = FaultKind(rawValue: String(word)) else { return nil }
            kinds.insert(kind)
        }
        self.kinds = kinds
    }

    var defaultValueDescription: String { "none" }
}
