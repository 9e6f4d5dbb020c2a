import AgentProtocol
import JSON

/// A report reads back as it was written, and is bounded whatever an agent sent.
enum ReportPromises {
    static func check(_ input: [UInt8]) throws(BrokenPromise) {
        guard let json = try? JSONValue(parsing: input), let report = try? Report(json: json) else { return }
        guard let again = try? Report(json: report.json) else { throw BrokenPromise("the report is not read back") }
        try promise(again == report, "the report reads back as another")
        let bounded = report.bounded()
        try promise(bounded.bounded() == bounded, "a bounded report is not within its bounds")
        try promise(bounded.notReady.count <= Report.maximumEntries, "\(bounded.notReady.count) entries")
        if let merged = report.merged(onto: nil) {
            try promise(report.base == nil, "a delta was taken for a whole report")
            try promise(report.delta(since: merged).sequence == report.sequence, "a delta lost its number")
        }
    }
}
