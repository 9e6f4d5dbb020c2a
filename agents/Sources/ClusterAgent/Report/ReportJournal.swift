package import AgentProtocol
import Bundles
import JSON

/// The reports that a hub that is away has not got, in their order, within a bound.
///
/// When it is full the oldest lose their detail first (layers, objects), then those that only say again what the one
/// before them says of state and generation, then the oldest altogether; what is lost is counted. It knows nothing of the
/// disk: ``encoded(with:)`` is what belongs there.
package struct ReportJournal: Sendable {
    /// The most reports that are kept.
    package static let maximumReports = 256
    /// How long they may be together, in bytes of JSON.
    package static let maximumBytes = 1 << 20

    private struct Entry {
        let bytes: [UInt8]
        let bootID: String
        let sequence: Int64
        /// What makes a report more than detail: the boot, the state, the generation, trust and holds.
        let standing: String
        let isBare: Bool

        init(_ report: Report) {
            bytes = report.json.serialized()
            bootID = report.bootID
            sequence = report.sequence
            standing = report.standing
            isBare = report.layers.isEmpty && report.notReady.isEmpty && report.drift.isEmpty
        }
    }

    private var entries: [Entry] = []
    private var byteCount = 0
    /// How many reports were given up since the journal was last empty.
    package private(set) var dropped = 0

    package init() {}

    /// Reads what ``encoded(with:)`` made; lines of another form are left out.
    package init(decoding bytes: [UInt8]) {
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard let json = try? JSONValue(parsing: Array(line)) else { continue }
            if let report = try? Report(json: json) {
                append(report)
            } else if let count = json["dropped"]?.integerValue {
                dropped += Int(clamping: count)
            }
        }
    }

    package var isEmpty: Bool { entries.isEmpty }
    package var count: Int { entries.count }

    /// The oldest report.
    package var first: Report? {
        entries.first.flatMap { try? Report(json: JSONValue(parsing: $0.bytes)) }
    }

    /// Keeps a whole report behind the others; hashes of objects are told anew by the next one.
    package mutating func append(_ report: Report) {
        var report = report
        report.objects = nil
        let entry = Entry(report)
        entries.append(entry)
        byteCount += entry.bytes.count
        fit()
    }

    /// Puts a report back that is older than all others.
    package mutating func prepend(_ report: Report) {
        let others = entries
        entries = []
        byteCount = 0
        append(report)
        entries += others
        byteCount += others.reduce(0) { $0 + $1.bytes.count }
        fit()
    }

    /// Takes out `report`, which was the oldest, unless the bound has taken it out already.
    package mutating func removeFirst(_ report: Report) {
        guard let first = entries.first, first.bootID == report.bootID, first.sequence == report.sequence else {
            return
        }
        byteCount -= entries.removeFirst().bytes.count
        if entries.isEmpty { dropped = 0 }
    }

    /// The text of the journal with `latest` behind its entries, one report a line; empty when there is nothing.
    package func encoded(with latest: Report?) -> [UInt8] {
        var copy = self
        if let latest { copy.append(latest) }
        guard !copy.isEmpty else { return [] }
        let header = JSONValue.members(["dropped": copy.dropped]).serialized()
        return Array(([header] + copy.entries.map(\.bytes)).joined(separator: [UInt8(ascii: "\n")]))
    }

    private mutating func fit() {
        while entries.count > Self.maximumReports || byteCount > Self.maximumBytes { shrink() }
    }

    /// Gives up the least that helps.
    private mutating func shrink() {
        if entries.count <= Self.maximumReports, let index = entries.dropLast().firstIndex(where: { !$0.isBare }) {
            strip(index)
        } else if let index = entries.indices.dropFirst().dropLast().first(where: {
            entries[$0].standing == entries[$0 - 1].standing
        }) {
            drop(index)
        } else {
            drop(entries.startIndex)
        }
    }

    private mutating func strip(_ index: Int) {
        guard var report = try? Report(json: JSONValue(parsing: entries[index].bytes)) else { return drop(index) }
        report.layers = []
        report.notReady = []
        report.drift = []
        byteCount -= entries[index].bytes.count
        entries[index] = Entry(report)
        byteCount += entries[index].bytes.count
    }

    private mutating func drop(_ index: Int) {
        byteCount -= entries.remove(at: index).bytes.count
        dropped += 1
    }
}

extension Report {
    /// What the hub must know at once and never out of order, as one text.
    var standing: String {
        let pending = pendingDeletions.map { "\($0.generation) \($0.digest.hex)" } ?? ""
        return [
            bootID, state.rawValue, String(generation), trustError?.code ?? "",
            hold.map { "\($0.origin.rawValue) \($0.reason)" } ?? "", pending,
        ].joined(separator: "\n")
    }
}
