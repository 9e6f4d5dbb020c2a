package import JSON

/// A part of the affected clusters that moves together, before the parts after it.
package struct RolloutWave: Hashable, Sendable {
    /// Which clusters it takes of those that no wave before it took.
    package enum Selection: Hashable, Sendable {
        /// So many to try it on: those labelled as canaries first, then healthy ones.
        case canary(Int)
        /// Until so many of a hundred affected clusters are taken by the waves so far.
        case percentage(Int)
        /// So many more.
        case count(Int)
        /// All with these labels.
        case selector([String: String])
        /// These.
        case clusters([String])
    }

    package var selection: Selection
    /// How long it is watched before the next wave begins; `nil` for what the strategy says.
    package var soakSeconds: Int64?

    package init(_ selection: Selection, soakSeconds: Int64? = nil) {
        self.selection = selection
        self.soakSeconds = soakSeconds
    }

    /// What it takes, in a few words: `1 canary`, `10 %`.
    package var title: String {
        switch selection {
        case .canary(let count): count == 1 ? "1 canary" : "\(count) canaries"
        case .percentage(let percentage): "\(percentage) %"
        case .count(let count): "\(count) more"
        case .selector(let labels): labels.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: ",")
        case .clusters(let names):
            names.count <= 3 ? names.joined(separator: ", ") : "\(names.count) clusters by name"
        }
    }

    /// The labels that make a cluster a canary before others; the value `false` does not.
    package static let canaryLabels = ["canary", "otomi.io/canary"]
}

extension RolloutWave: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        var found: [Selection] = []
        if let count: Int = try json.optional("canary") { found.append(.canary(try Self.positive(count, "canary"))) }
        if let count: Int = try json.optional("count") { found.append(.count(try Self.positive(count, "count"))) }
        if let percentage: Int = try json.optional("percentage") {
            guard (1...100).contains(percentage) else {
                throw JSONError("must be from 1 to 100", at: JSONPointer(["percentage"]))
            }
            found.append(.percentage(percentage))
        }
        if let labels: [String: String] = try json.optional("selector") { found.append(.selector(labels)) }
        if let names: [String] = try json.optional("clusters") { found.append(.clusters(names)) }
        guard found.count == 1 else {
            throw JSONError("exactly one of canary, percentage, count, selector and clusters is expected", at: .root)
        }
        self.init(found[0], soakSeconds: try json.optional("soakSeconds"))
        if let soakSeconds { try RolloutStrategy.check(soakSeconds, "soakSeconds", from: 0) }
    }

    package var json: JSONValue {
        switch selection {
        case .canary(let count): .members(["canary": count, "soakSeconds": soakSeconds])
        case .percentage(let percentage): .members(["percentage": percentage, "soakSeconds": soakSeconds])
        case .count(let count): .members(["count": count, "soakSeconds": soakSeconds])
        case .selector(let labels): .members(["selector": labels, "soakSeconds": soakSeconds])
        case .clusters(let names): .members(["clusters": names, "soakSeconds": soakSeconds])
        }
    }

    private static func positive(_ count: Int, _ member: String) throws(JSONError) -> Int {
        guard (1...1_000_000).contains(count) else { throw JSONError("must be at least 1", at: JSONPointer([member])) }
        return count
    }
}
