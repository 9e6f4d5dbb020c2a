/// A regular expression as a tree.
indirect enum PatternNode: Sendable {
    case set(ScalarSet)
    case start
    case end
    case sequence([PatternNode])
    case alternatives([PatternNode])
    case repetition(PatternNode, minimum: Int, maximum: Int?)
}

/// Reads the text of a regular expression.
struct PatternParser {
    private let source: String
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    init(_ source: String) {
        self.source = source
        scalars = Array(source.unicodeScalars)
    }

    mutating func parse() throws(PatternError) -> PatternNode {
        let node = try parseAlternatives()
        guard position == scalars.count else { throw error("')' without '('") }
        return node
    }

    private mutating func parseAlternatives() throws(PatternError) -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        guard depth < 100 else { throw error("groups are nested too deeply") }
        var alternatives = [try parseSequence()]
        while consume("|") { alternatives.append(try parseSequence()) }
        return alternatives.count == 1 ? alternatives[0] : .alternatives(alternatives)
    }

    private mutating func parseSequence() throws(PatternError) -> PatternNode {
        var nodes: [PatternNode] = []
        while let scalar = peek, scalar != "|", scalar != ")" {
            let atom = try parseAtom()
            nodes.append(try parseQuantifiers(after: atom))
        }
        return nodes.count == 1 ? nodes[0] : .sequence(nodes)
    }

    private mutating func parseAtom() throws(PatternError) -> PatternNode {
        guard let scalar = next() else { throw error("the pattern ends too early") }
        switch scalar {
        case "^": return .start
        case "$": return .end
        case ".": return .set(.any)
        case "(":
            if consume("?"), !consume(":") { throw error("only (?:…) groups are understood") }
            let node = try parseAlternatives()
            guard consume(")") else { throw error("'(' without ')'") }
            return node
        case "[": return .set(try parseClass())
        case "\\": return .set(try parseEscape())
        case "*", "+", "?": throw error("nothing to repeat")
        default: return .set(ScalarSet(ranges: [scalar.value...scalar.value]))
        }
    }

    private mutating func parseQuantifiers(after atom: PatternNode) throws(PatternError) -> PatternNode {
        guard let scalar = peek else { return atom }
        var node = atom
        switch scalar {
        case "*": node = .repetition(atom, minimum: 0, maximum: nil)
        case "+": node = .repetition(atom, minimum: 1, maximum: nil)
        case "?": node = .repetition(atom, minimum: 0, maximum: 1)
        case "{":
            position += 1
            guard let minimum = parseNumber() else { throw error("a number is expected after '{'") }
            var maximum: Int? = minimum
            if consume(",") { maximum = parseNumber() }
            guard consume("}") else { throw error("'}' is expected") }
            if let maximum, maximum < minimum { throw error("the bounds of '{}' are reversed") }
            guard minimum <= 1000, (maximum ?? 0) <= 1000 else { throw error("the bounds of '{}' are too large") }
            _ = consume("?")
            return .repetition(atom, minimum: minimum, maximum: maximum)
        default: return atom
        }
        position += 1
        _ = consume("?")  // lazy or greedy makes no difference to whether a text matches
        return node
    }

    private mutating func parseNumber() -> Int? {
        var digits = ""
        while let scalar = peek, ("0"..."9").contains(scalar) {
            digits.unicodeScalars.append(scalar)
            position += 1
        }
        return Int(digits)
    }

    private mutating func parseClass() throws(PatternError) -> ScalarSet {
        var set = ScalarSet(ranges: [])
        if consume("^") { set.isInverted = true }
        while let scalar = next() {
            if scalar == "]" { return set }
            var low = ScalarSet(ranges: [scalar.value...scalar.value])
            if scalar == "\\" { low = try parseEscape() }
            // A range needs single characters on both sides; `[\w-.]` and a final '-' mean the dash itself.
            guard let lower = single(low), peek == "-", position + 1 < scalars.count, scalars[position + 1] != "]"
            else {
                guard !low.isInverted else { throw error("an inverted class inside '[]'") }
                set.ranges.append(contentsOf: low.ranges)
                continue
            }
            position += 1
            guard let end = next() else { break }
            var high = ScalarSet(ranges: [end.value...end.value])
            if end == "\\" { high = try parseEscape() }
            guard let upper = single(high), lower <= upper else { throw error("a range in '[]' is reversed") }
            set.ranges.append(lower...upper)
        }
        throw error("'[' without ']'")
    }

    private func single(_ set: ScalarSet) -> UInt32? {
        guard set.ranges.count == 1, !set.isInverted, set.ranges[0].count == 1 else { return nil }
        return set.ranges[0].lowerBound
    }

    private mutating func parseEscape() throws(PatternError) -> ScalarSet {
        guard let scalar = next() else { throw error("nothing after '\\'") }
        switch scalar {
        case "d": return .digit
        case "w": return .word
        case "s": return .space
        case "D": return ScalarSet(ranges: ScalarSet.digit.ranges, isInverted: true)
        case "W": return ScalarSet(ranges: ScalarSet.word.ranges, isInverted: true)
        case "S": return ScalarSet(ranges: ScalarSet.space.ranges, isInverted: true)
        case "n": return ScalarSet(ranges: [0x0A...0x0A])
        case "r": return ScalarSet(ranges: [0x0D...0x0D])
        case "t": return ScalarSet(ranges: [0x09...0x09])
        case "a"..."z", "A"..."Z", "0"..."9": throw error("'\\\(scalar)' is not understood")
        default: return ScalarSet(ranges: [scalar.value...scalar.value])
        }
    }

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func next() -> Unicode.Scalar? {
        guard let scalar = peek else { return nil }
        position += 1
        return scalar
    }

    private mutating func consume(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        position += 1
        return true
    }

    private func error(_ message: String) -> PatternError {
        PatternError(description: "the pattern '\(source)' is not understood: \(message) at character \(position)")
    }
}
