import JSON

/// Headers that are set and removed on the way.
struct HeaderChanges: Spec, Hashable {
    private(set) var values: [String: String] = [:]
    private(set) var removed: [String] = []

    static let none = HeaderChanges()

    private init() {}

    init(json: JSONValue) throws(JSONError) {
        let texts = try json.textMap("set")
        // Names are compared without case; of several spellings the first stays.
        for (name, value) in texts.sorted(by: { $0.key < $1.key }) where !Self.contains(name, in: values.keys) {
            values[name] = value
        }
        self = removing(try json.texts("remove"))
    }

    var isEmpty: Bool { values.isEmpty && removed.isEmpty }

    /// The values as Envoy has to be told them: it fills in what is between two `%`, and refuses the routes of a whole
    /// gateway for one that it cannot read.
    var literalValues: [String: String] {
        values.mapValues { $0.split(separator: "%", omittingEmptySubsequences: false).joined(separator: "%%") }
    }

    /// The changes, and `names` removed too; what is removed cannot be set.
    func removing(_ names: [String]) -> HeaderChanges {
        var copy = self
        for name in names where !Self.contains(name, in: copy.removed) { copy.removed.append(name) }
        copy.values = copy.values.filter { !Self.contains($0.key, in: copy.removed) }
        return copy
    }

    /// The changes with a header that the platform sets, whatever a document says of it.
    func setting(_ name: String, _ value: String) -> HeaderChanges {
        var copy = self
        copy.values = values.filter { $0.key.lowercased() != name.lowercased() }
        copy.removed = removed.filter { $0.lowercased() != name.lowercased() }
        copy.values[name] = value
        return copy
    }

    private static func contains(_ name: String, in names: some Collection<String>) -> Bool {
        names.contains { $0.lowercased() == name.lowercased() }
    }
}
