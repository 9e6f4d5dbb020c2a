/// A regular expression of the part of ECMA 262 that JSON Schemas need, matched in linear time.
///
/// Swift's `Regex` is neither `Sendable` nor safe here: the patterns of names nest repetitions, and a backtracking matcher
/// takes exponential time on a name that a stranger chose. This one follows all alternatives at once (Thompson's
/// construction), so a text costs at most its length times the pattern's.
package struct Pattern: Sendable {
    enum Instruction: Sendable {
        case scalar(ScalarSet)
        case split(Int, Int)
        case jump(Int)
        case assertStart
        case assertEnd
        case match
    }

    /// The text that was parsed.
    package let source: String
    private let program: [Instruction]

    /// Parses `source`: literals, `.`, classes, `\d \w \s`, groups, `|`, `* + ? {n,m}`, `^` and `$`.
    ///
    /// - Throws: `PatternError` for anything else, for instance a back reference.
    package init(_ source: String) throws(PatternError) {
        self.source = source
        var parser = PatternParser(source)
        var compiler = PatternCompiler()
        try compiler.emit(parser.parse(), source: source)
        compiler.program.append(.match)
        program = compiler.program
    }

    /// Whether the pattern occurs anywhere in `text`; anchors make it the whole text.
    package func matches(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        var current = States(count: program.count)
        var next = States(count: program.count)
        for position in 0...scalars.count {
            if follow(0, at: position, of: scalars.count, into: &current) { return true }
            guard position < scalars.count else { break }
            next.removeAll()
            let scalar = scalars[position]
            for index in current.list {
                guard case .scalar(let set) = program[index], set.contains(scalar) else { continue }
                if follow(index + 1, at: position + 1, of: scalars.count, into: &next) { return true }
            }
            swap(&current, &next)
        }
        return false
    }

    /// Adds the states that are reached from `start` without reading; true when one of them is the match.
    private func follow(_ start: Int, at position: Int, of count: Int, into states: inout States) -> Bool {
        var pending = [start]
        while let index = pending.popLast() {
            guard states.insert(index) else { continue }
            switch program[index] {
            case .match: return true
            case .jump(let target): pending.append(target)
            case .split(let first, let second):
                pending.append(second)
                pending.append(first)
            case .assertStart: if position == 0 { pending.append(index + 1) }
            case .assertEnd: if position == count { pending.append(index + 1) }
            case .scalar: break
            }
        }
        return false
    }

    /// A set of program counters in insertion order.
    private struct States {
        private(set) var list: [Int] = []
        private var contains: [Bool]

        init(count: Int) { contains = Array(repeating: false, count: count) }

        mutating func insert(_ index: Int) -> Bool {
            guard !contains[index] else { return false }
            contains[index] = true
            list.append(index)
            return true
        }

        mutating func removeAll() {
            for index in list { contains[index] = false }
            list.removeAll(keepingCapacity: true)
        }
    }
}

/// Why a text is no pattern.
package struct PatternError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
}

/// What one character of a text may be.
struct ScalarSet: Sendable {
    var ranges: [ClosedRange<UInt32>]
    var isInverted = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar.value) } != isInverted
    }

    static let any = ScalarSet(ranges: [0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029], isInverted: true)
    static let digit = ScalarSet(ranges: [0x30...0x39])
    static let word = ScalarSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = ScalarSet(
        ranges: [
            0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
            0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
        ]
    )
}

/// Turns a parsed pattern into a program.
struct PatternCompiler {
    var program: [Pattern.Instruction] = []
    /// More than any pattern of ours needs; `{n,m}` multiplies.
    private static let maximumLength = 20_000

    mutating func emit(_ node: PatternNode, source: String) throws(PatternError) {
        guard program.count < Self.maximumLength else {
            throw PatternError(description: "the pattern '\(source)' is too large")
        }
        switch node {
        case .set(let set): program.append(.scalar(set))
        case .start: program.append(.assertStart)
        case .end: program.append(.assertEnd)
        case .sequence(let nodes):
            for node in nodes { try emit(node, source: source) }
        case .alternatives(let nodes): try emitAlternatives(nodes, source: source)
        case .repetition(let node, let minimum, let maximum):
            for _ in 0..<minimum { try emit(node, source: source) }
            guard let maximum else { return try emitStar(node, source: source) }
            var splits: [Int] = []
            for _ in minimum..<max(minimum, maximum) {
                splits.append(program.count)
                program.append(.jump(0))
                try emit(node, source: source)
            }
            for split in splits { program[split] = .split(split + 1, program.count) }
        }
    }

    private mutating func emitStar(_ node: PatternNode, source: String) throws(PatternError) {
        let split = program.count
        program.append(.jump(0))
        try emit(node, source: source)
        program.append(.jump(split))
        program[split] = .split(split + 1, program.count)
    }

    private mutating func emitAlternatives(_ nodes: [PatternNode], source: String) throws(PatternError) {
        var jumps: [Int] = []
        for (index, node) in nodes.enumerated() {
            guard index < nodes.count - 1 else {
                try emit(node, source: source)
                break
            }
            let split = program.count
            program.append(.jump(0))
            try emit(node, source: source)
            jumps.append(program.count)
            program.append(.jump(0))
            program[split] = .split(split + 1, program.count)
        }
        for jump in jumps { program[jump] = .jump(program.count) }
    }
}
