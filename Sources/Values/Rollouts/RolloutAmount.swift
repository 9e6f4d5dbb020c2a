package import JSON

/// So many clusters, or so many of a hundred.
package enum RolloutAmount: Hashable, Sendable {
    case count(Int)
    case percentage(Int)

    /// How many of `total` clusters it is, rounded up; at least one.
    package func of(_ total: Int) -> Int {
        switch self {
        case .count(let count): max(1, count)
        case .percentage(let percentage): max(1, (total * percentage + 99) / 100)
        }
    }
}

/// The JSON form is a number, or a text such as `"25%"`.
extension RolloutAmount: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        if let count = json.integerValue, (1...1_000_000).contains(count) {
            self = .count(Int(count))
        } else if let text = json.stringValue, text.hasSuffix("%"), let percentage = Int(text.dropLast()),
            (1...100).contains(percentage)
        {
            self = .percentage(percentage)
        } else {
            throw JSONError("a number from 1, or a percentage such as \"25%\", is expected", at: .root)
        }
    }

    package var json: JSONValue {
        switch self {
        case .count(let count): .integer(Int64(count))
        case .percentage(let percentage): .string("\(percentage)%")
        }
    }
}
