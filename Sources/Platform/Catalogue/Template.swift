import JSON
import Values

/// A part of a catalogue entry that becomes a JSON value when a cluster's values are filled in.
///
/// The language is JSON itself: texts with `${path}` in them, and objects whose one member begins with `$`. See
/// `docs/catalogue.md`. What has no value is left out of the object or list around it.
indirect enum Template: Hashable, Sendable {
    case literal(JSONValue)
    /// A value with its type.
    case value(ValuePath)
    /// Values inside a longer text.
    case text([Piece])
    case object([String: Template])
    case array([Template])
    case condition(Condition, then: Template?, otherwise: Template?)
    case choice(ValuePath, cases: [String: Template], otherwise: Template?)
    case each(ValuePath, Template)
    case merge([Template])
    case json(Template)
    case base64(Template)

    enum Piece: Hashable, Sendable {
        case plain(String)
        case value(ValuePath)
    }

    /// What decides between two templates.
    indirect enum Condition: Hashable, Sendable {
        /// Something is there, and it is neither false nor empty.
        case holds(ValuePath)
        case equals(ValuePath, JSONValue)
        case not(Condition)
        case any([Condition])
        case all([Condition])
    }

    /// Whether nothing can come of it.
    var isEmpty: Bool { self == .literal([:]) || self == .object([:]) }
}

extension Template {
    /// Whether it reads a place that `matches`.
    func reads(_ matches: (ValuePath) -> Bool) -> Bool {
        switch self {
        case .literal: false
        case .value(let path): matches(path)
        case .text(let pieces): pieces.contains { if case .value(let path) = $0 { matches(path) } else { false } }
        case .object(let members): members.values.contains { $0.reads(matches) }
        case .array(let parts), .merge(let parts): parts.contains { $0.reads(matches) }
        case .condition(let condition, let then, let otherwise):
            condition.reads(matches) || then?.reads(matches) ?? false || otherwise?.reads(matches) ?? false
        case .choice(let path, let cases, let otherwise):
            matches(path) || cases.values.contains { $0.reads(matches) } || otherwise?.reads(matches) ?? false
        case .each(let path, let part): matches(path) || part.reads(matches)
        case .json(let part), .base64(let part): part.reads(matches)
        }
    }
}

extension Template.Condition {
    func reads(_ matches: (ValuePath) -> Bool) -> Bool {
        switch self {
        case .holds(let path), .equals(let path, _): matches(path)
        case .not(let condition): condition.reads(matches)
        case .any(let conditions), .all(let conditions): conditions.contains { $0.reads(matches) }
        }
    }
}

/// A place in the values, with dots, and what stands there when nothing does.
struct ValuePath: Hashable, Sendable {
    /// The first is one of `roots`.
    let tokens: [String]
    let fallback: String?

    /// Whether it is something that tells a cluster from others like it.
    var isClusterIdentity: Bool {
        guard tokens.first == "cluster" else { return false }
        return tokens.count == 1 || ClusterSelection.identityKeys.contains(tokens[1])
    }

    /// What an entry may read of the effective values; `app` is the app's own spec, `item` the element of `$each`.
    static let roots = ["app", "apps", "cluster", "derived", "item", "policies", "settings"]
}

/// Why a template cannot be read or filled.
struct TemplateError: Error, Hashable, CustomStringConvertible {
    /// The place inside the template.
    let pointer: JSONPointer
    let message: String

    var description: String { "'\(pointer)': \(message)" }
}
