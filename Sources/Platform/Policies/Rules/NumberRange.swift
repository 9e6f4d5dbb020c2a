import JSON

/// Ids or ports from one to another, both included.
struct NumberRange: Spec, Hashable {
    let min: Int64
    let max: Int64

    init(json: JSONValue) throws(JSONError) {
        min = try json.required("min")
        max = try json.required("max")
    }

    func contains(_ number: Int64) -> Bool { min <= number && number <= max }

    func contains(_ other: NumberRange) -> Bool { contains(other.min) && contains(other.max) }

    static let schema: JSONValue = [
        "type": "array",
        "items": [
            "type": "object", "properties": ["min": ["type": "integer"], "max": ["type": "integer"]],
            "required": ["min", "max"],
        ],
    ]
}

extension [NumberRange] {
    /// For a message.
    var listed: String {
        isEmpty ? "nothing" : map { "\($0.min)-\($0.max)" }.joined(separator: ", ")
    }

    /// Whether one of the ranges has `value`, as an expression.
    func cel(_ value: String) -> String {
        isEmpty ? "false" : "(\(map { "(\($0.min) <= \(value) && \(value) <= \($0.max))" }.joined(separator: " || ")))"
    }

    /// The ranges that reach beyond those of `platform`, each at its place below `member`.
    func loosenings(of platform: [NumberRange], at member: [String]) -> [Loosening] {
        enumerated().filter { _, range in !platform.contains { $0.contains(range) } }.map { index, range in
            Loosening(
                at: member + [String(index)],
                "\(range.min)-\(range.max) is not allowed, allowed is \(platform.listed)"
            )
        }
    }
}
