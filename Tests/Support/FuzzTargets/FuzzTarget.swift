import AgentProtocol

/// A reader of bytes that come from outside, with what must hold whatever the bytes are.
///
/// None may crash, hang or take memory without bound, and each error is the reader's own type, which the compiler sees to:
/// the checks below catch nothing else.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// The JSON that everything else is written in, and its canonical form, which is what signatures cover.
    case json
    /// TUF metadata of every role, and the workflow that decides on it.
    case metadata
    /// The fields of a signed request, and the verdict on them.
    case signature
    /// Values that people write, in YAML or JSON.
    case document
    /// The objects that a layer holds.
    case layer
    /// What an agent reports.
    case report
    /// What the hub carries along with its news.
    case parcel

    /// The longest input that is tried; the readers' own bounds have tests of their own.
    package static let maximumBytes = 64 << 10

    /// Reads `input` and demands what must hold.
    ///
    /// - Throws: `BrokenPromise` when something does not.
    package func check(_ input: [UInt8]) throws(BrokenPromise) {
        switch self {
        case .json: try JSONPromises.check(input)
        case .metadata: try MetadataPromises.shared.check(input)
        case .signature: try SignaturePromises.shared.check(input)
        case .document: try DocumentPromises.check(input)
        case .layer: try LayerPromises.check(input)
        case .report: try ReportPromises.check(input)
        case .parcel: try ParcelPromises.check(input)
        }
    }

    /// Inputs as they should be, by the names of their files; most readers' are written by hand instead.
    package var genuine: [(name: String, bytes: [UInt8])] {
        switch self {
        case .metadata:
            zip(
                ["genuine-root", "genuine-timestamp", "genuine-snapshot", "genuine-targets"],
                MetadataPromises.shared.files
            )
            .map { ($0, $1) }
        case .signature: [("genuine-request", SignaturePromises.shared.request)]
        case .parcel: [("genuine-parcel", ParcelPromises.genuine)]
        case .json, .document, .layer, .report: []
        }
    }

    /// Whether what is genuine passes; otherwise that nothing else does would say little.
    package var takesWhatIsGenuine: Bool {
        switch self {
        case .metadata: MetadataPromises.shared.takesItsOwn
        case .signature: SignaturePromises.shared.takesItsOwn
        case .parcel: (try? Parcel(parsing: ParcelPromises.genuine)) != nil
        case .json, .document, .layer, .report: true
        }
    }
}
