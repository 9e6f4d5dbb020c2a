import JSON

/// Merging of layers, lowest first.
enum Layers {
    /// The layers merged; a `null` stays where a layer removed something, so that no default comes back in its place.
    static func merge(_ layers: [JSONValue]) -> JSONValue {
        guard var result = layers.first else { return .object([:]) }
        for layer in layers.dropFirst() { result = overlay(result, layer) }
        return result
    }

    /// `value` without the removed members.
    static func withoutRemoved(_ value: JSONValue) -> JSONValue {
        guard case .object(let members) = value else { return value }
        return .object(members.compactMapValues { $0.isNull ? nil : withoutRemoved($0) })
    }

    private static func overlay(_ base: JSONValue, _ layer: JSONValue) -> JSONValue {
        guard case .object(let changes) = layer else { return layer }
        guard case .object(var members) = base else { return layer }
        for (key, change) in changes {
            members[key] = members[key].map { overlay($0, change) } ?? change
        }
        return .object(members)
    }
}
