import Bundles
import Foundation

/// Measures how many clusters are compiled and signed in a second, beside the bare signatures as the limit.
///
/// `compile-benchmark [--own-domains] [--no-memo] [--clusters N]`. One process measures one way of working, so that its
/// peak of memory is that way's own.
@main
struct CompileBenchmark {
    private static let workers = ProcessInfo.processInfo.activeProcessorCount

    static func main() async throws {
        let arguments = CommandLine.arguments
        let hasOwnDomains = arguments.contains("--own-domains")
        let remembers = !arguments.contains("--no-memo")
        let count = arguments.firstIndex(of: "--clusters").flatMap { Int(arguments[$0 + 1]) } ?? 1000
        var fleet = Fleet(clusterCount: count, hasOwnDomains: hasOwnDomains)
        print(
            "\(count) clusters, \(hasOwnDomains ? "a domain each" : "5 profiles"), \(Fleet.teams) teams of "
                + "\(Fleet.servicesPerTeam) services, \(remembers ? "remembering parts" : "remembering nothing"), "
                + "\(workers) cores"
        )
        let hub = PublishedFleet(remembers: remembers)
        let limit = try await bareSignatures(clusters: count)
        var revision: Int64 = 0
        func publish() async throws -> (time: Duration, layers: Int) {
            revision += 1
            let start = ContinuousClock.now
            let layers = try await hub.publish(
                fleet.documents,
                revision: revision,
                to: fleet.clusters,
                workers: workers
            )
            return (start.duration(to: .now), layers)
        }
        func show(_ name: String, _ figure: (time: Duration, layers: Int), note: String = "") {
            row(name, figure.time, clusters: count, limit: limit, note: "\(figure.layers) new layers\(note)")
        }
        show("first", try await publish())
        var changes: [(time: Duration, layers: Int)] = []
        for number in 1...(remembers ? 5 : 1) {
            fleet.changeOneService(to: "1.0.\(number)")
            changes.append(try await publish())
        }
        changes.sort { $0.time < $1.time }
        show("one service", changes[changes.count / 2], note: ", median of \(changes.count)")
        fleet.changePlatform()
        show("platform-wide", try await publish())
        row("bare signatures", limit, clusters: count, limit: limit, note: "3 for each cluster: the limit")
        print("peak memory: \(peakMegabytes()) MB")
    }

    /// Ed25519 over messages of the sizes that targets, snapshot and timestamp have.
    private static func bareSignatures(clusters: Int) async throws -> Duration {
        let key = SigningKey()
        let messages = [[UInt8](repeating: 1, count: 8000), [UInt8](repeating: 2, count: 400)]
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<workers {
                group.addTask {
                    var length = 0
                    for _ in stride(from: worker, to: clusters, by: workers) {
                        length += try key.sign(messages[0]).count
                        length += try key.sign(messages[1]).count
                        length += try key.sign(messages[1]).count
                    }
                    return length
                }
            }
            guard try await group.reduce(0, +) == clusters * 3 * 64 else { fatalError("a signature is missing") }
        }
        return start.duration(to: .now)
    }

    private static func row(_ name: String, _ time: Duration, clusters: Int, limit: Duration, note: String) {
        let seconds = time / .seconds(1)
        print(
            String(
                format: "%@: %.3f s  %.0f clusters/s  %.1f times the bare signatures  (%@)",
                name.padding(toLength: 15, withPad: " ", startingAt: 0),
                seconds,
                Double(clusters) / seconds,
                seconds / (limit / .seconds(1)),
                note
            )
        )
    }

    /// The high-water mark of the resident set (`proc(5)`, VmHWM).
    private static func peakMegabytes() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        let kilobytes = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
        return (kilobytes ?? 0) / 1024
    }
}
