/// How far two words are apart, for "did you mean".
package enum EditDistance {
    /// The candidate that is at most a third of `word`, rounded up, away; `nil` when none is near.
    package static func closest(to word: String, in candidates: [String]) -> String? {
        let limit = max(1, (word.count + 2) / 3)
        let near = candidates.map { (distance: distance(word.lowercased(), $0.lowercased()), word: $0) }
        guard let best = near.min(by: { ($0.distance, $0.word) < ($1.distance, $1.word) }) else { return nil }
        return best.distance <= limit ? best.word : nil
    }

    private static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.prefix(64).utf8)
        let right = Array(right.prefix(64).utf8)
        var row = Array(0...right.count)
        for (index, leftByte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, rightByte) in right.enumerated() {
                let substitution = diagonal + (leftByte == rightByte ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(substitution, diagonal + 1, row[column] + 1)
            }
        }
        return row[right.count]
    }
}
