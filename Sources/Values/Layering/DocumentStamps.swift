/// Gives every distinct document a number, the same one in every revision that it stays unchanged in.
///
/// Numbers stand for contents wherever results are remembered: comparing them is exact, and costs nothing.
package struct DocumentStamps: Sendable {
    private var stamps: [Document: Int32] = [:]
    private var next: Int32 = 0

    package init() {}

    /// The number of `document`; a new one when it was not seen before.
    mutating func stamp(of document: Document) -> Int32 {
        if let known = stamps[document] { return known }
        next &+= 1
        stamps[document] = next
        return next
    }

    /// Forgets the documents of old revisions once they outnumber the `current` ones; numbers are never given twice.
    mutating func trim(current: Int) {
        if stamps.count > 4 * current + 1024 { stamps.removeAll(keepingCapacity: true) }
    }
}
