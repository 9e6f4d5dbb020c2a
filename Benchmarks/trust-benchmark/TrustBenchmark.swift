import Foundation

/// Measures what trust costs, on one core, beside the bare signatures that it cannot do without.
///
/// Every figure is the best of several rounds: what else the machine does only ever adds time.
@main
struct TrustBenchmark {
    private static let rounds = 5

    static func main() throws {
        let limit = try SignatureLimit()
        print(
            "Ed25519 alone, one core: \(perSecond(limit.signing)) signatures/s, \(perSecond(limit.verifying)) verifications/s"
        )

        let requests = try SignedRequests(count: 2_000)
        for (name, body) in [("a poll", 0), ("a report of 4 KB", 4 << 10)] {
            let time = try best { try requests.verify(bodyBytes: body) }
            row("verified signed requests, \(name)", time, beside: limit.verifying, "verifications")
        }

        let fleet = SignedFleet(clusters: 200, layers: 24)
        row("bundles signed, 24 layers", try best { try fleet.sign() }, beside: limit.signing * 3, "3 signatures")

        let metadata = try SignedRefresh(layers: 24)
        row(
            "full refresh of a client, 4 files",
            try best { try metadata.refresh() },
            beside: limit.verifying * 4,
            "4 verifications"
        )
        row(
            "refresh without news",
            try best { try metadata.refreshWithoutNews() },
            beside: limit.verifying,
            "1 verification"
        )
    }

    /// The time of one operation in the fastest round.
    private static func best(_ measure: () throws -> Duration) rethrows -> Duration {
        var fastest = try measure()
        for _ in 1..<rounds { fastest = min(fastest, try measure()) }
        return fastest
    }

    private static func row(_ name: String, _ time: Duration, beside limit: Duration, _ what: String) {
        let ratio = String(format: "%.2f", time / limit)
        print("\(name): \(perSecond(time))/s, \(microseconds(time)) µs each, \(ratio) x \(what)")
    }

    private static func perSecond(_ time: Duration) -> String { String(format: "%.0f", .seconds(1) / time) }

    private static func microseconds(_ time: Duration) -> String { String(format: "%.1f", time / .microseconds(1)) }
}
