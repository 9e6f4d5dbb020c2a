import HubAPI
import JSON
import Values

extension DocumentConflict {
    /// The conflict for people: who changed the document, and each field that either side changed, on all three sides.
    var lines: [String] {
        let place = draftVersion.map { "the draft's version \($0)" } ?? "revision \(revision)"
        let deed = theirs == nil ? "deleted" : "changed"
        var lines = ["\(document) was \(deed) by \(author) in \(place)"]
        guard yours != nil || theirs != nil else { return lines }
        let sides = [yours, theirs].map { $0 ?? [:] }
        let began = base ?? [:]
        let pointers = Set(
            sides.flatMap { side in
                JSONDiff.between(began, side, isWhole: SecretMarker.isMarker).map(\.pointer)
            }
        )
        for pointer in pointers.sorted() {
            let texts = [began[pointer], sides[0][pointer], sides[1][pointer]].map(FieldText.init)
            lines.append("  \(pointer): base \(texts[0]), yours \(texts[1]), theirs \(texts[2])")
        }
        return lines
    }
}
