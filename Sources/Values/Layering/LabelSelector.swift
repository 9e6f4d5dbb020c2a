/// Clusters by what their labels say, as a person types it: `env=prod,tier!=gold,region in (eu-1,eu-2),!canary`.
///
/// Selectors in documents know equality alone; this is for looking for clusters, and for choosing some of them.
package struct LabelSelector: Hashable, Sendable {
    /// One condition; a cluster has to meet all of them.
    package enum Requirement: Hashable, Sendable {
        case equals(String, String)
        /// Has another value, or none.
        case differs(String, String)
        case isIn(String, [String])
        /// Has none of these values, or no value at all.
        case isNotIn(String, [String])
        case exists(String)
        case isAbsent(String)
    }

    /// Why a text is no selector.
    package struct SyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// How many conditions one selector may have.
    package static let maximumRequirements = 32

    package let requirements: [Requirement]

    package init(_ requirements: [Requirement]) {
        self.requirements = requirements
    }

    /// The selector of a document: every label has the wanted value.
    package init(_ labels: [String: String]) {
        requirements = labels.sorted { $0.key < $1.key }.map { .equals($0.key, $0.value) }
    }

    /// Reads the text form.
    ///
    /// - Throws: ``SyntaxError`` that says which part is not understood.
    package init(_ text: String) throws(SyntaxError) {
        var requirements: [Requirement] = []
        for part in Self.parts(of: text) {
            let part = part.trimmingSpaces
            guard !part.isEmpty else { throw SyntaxError(description: "'\(text)' has an empty condition") }
            requirements.append(try Self.requirement(part))
        }
        guard requirements.count <= Self.maximumRequirements else {
            throw SyntaxError(description: "there are more than \(Self.maximumRequirements) conditions")
        }
        self.requirements = requirements
    }

    /// Whether a cluster meets every condition.
    package func matches(_ cluster: ClusterIdentity) -> Bool {
        let labels = cluster.allLabels
        return requirements.allSatisfy { requirement in
            switch requirement {
            case .equals(let key, let value): labels[key] == value
            case .differs(let key, let value): labels[key] != value
            case .isIn(let key, let values): labels[key].map(values.contains) ?? false
            case .isNotIn(let key, let values): !(labels[key].map(values.contains) ?? false)
            case .exists(let key): labels[key] != nil
            case .isAbsent(let key): labels[key] == nil
            }
        }
    }

    /// What stands between commas that are in no brackets.
    private static func parts(of text: String) -> [Substring] {
        var parts: [Substring] = []
        var start = text.startIndex
        var depth = 0
        for index in text.indices {
            switch text[index] {
            case "(": depth += 1
            case ")": depth -= 1
            case "," where depth <= 0:
                parts.append(text[start..<index])
                start = text.index(after: index)
            default: break
            }
        }
        return parts + [text[start...]]
    }

    private static func requirement(_ text: Substring) throws(SyntaxError) -> Requirement {
        if text.hasSuffix(")"), let open = text.firstIndex(of: "(") {
            let words = text[..<open].split(separator: " ")
            let values = text[text.index(after: open)...].dropLast().split(
                separator: ",",
                omittingEmptySubsequences: false
            )
            .map { String($0.trimmingSpaces) }
            guard words.count == 2, values.allSatisfy({ !$0.isEmpty }) else { throw notUnderstood(text) }
            let key = try key(words[0], text)
            switch words[1] {
            case "in": return .isIn(key, values)
            case "notin": return .isNotIn(key, values)
            default: throw notUnderstood(text)
            }
        }
        if let separator = text.firstIndex(of: "=") {
            let before = text[..<separator]
            var value = text[text.index(after: separator)...]
            if before.hasSuffix("!") {
                return .differs(try key(before.dropLast(), text), String(value.trimmingSpaces))
            }
            if value.hasPrefix("=") { value = value.dropFirst() }
            return .equals(try key(before, text), String(value.trimmingSpaces))
        }
        if text.hasPrefix("!") { return .isAbsent(try key(text.dropFirst(), text)) }
        return .exists(try key(text, text))
    }

    private static func key(_ text: Substring, _ whole: Substring) throws(SyntaxError) -> String {
        let key = text.trimmingSpaces
        guard !key.isEmpty, !key.contains(where: { $0.isWhitespace || "()!=,".contains($0) }) else {
            throw notUnderstood(whole)
        }
        return String(key)
    }

    private static func notUnderstood(_ text: Substring) -> SyntaxError {
        SyntaxError(
            description:
                "'\(text)' is no condition: use k=v, k!=v, k in (a,b), k notin (a,b), k or !k, with commas between"
        )
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}
