/// Cuts a stream of bytes into lines; a line may come in many chunks.
struct LineSplitter: Sendable {
    /// A line grew beyond the limit.
    struct LineTooLong: Error {
        let limit: Int
    }

    /// The largest object an API server keeps is 1.5 MiB; a watch event is one object.
    private let maximumLineBytes: Int
    private var rest: [UInt8] = []

    init(maximumLineBytes: Int = 16 << 20) {
        self.maximumLineBytes = maximumLineBytes
    }

    /// The lines that `chunk` completes, without their ends; empty ones are left out.
    ///
    /// - Throws: `LineTooLong`.
    mutating func lines(adding chunk: [UInt8]) throws(LineTooLong) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = chunk.startIndex
        while let end = chunk[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = rest + chunk[start..<end]
            rest = []
            if !line.isEmpty { lines.append(line) }
            start = end + 1
        }
        rest += chunk[start...]
        guard rest.count <= maximumLineBytes else { throw LineTooLong(limit: maximumLineBytes) }
        return lines
    }
}
