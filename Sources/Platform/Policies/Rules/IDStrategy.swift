import JSON

/// What users or groups a policy allows.
struct IDStrategy: Spec, Hashable {
    /// The rules, each stricter than those before it.
    enum Rule: String, CaseIterable, Comparable {
        case runAsAny = "RunAsAny"
        /// An id is in the ranges where there is one.
        case mayRunAs = "MayRunAs"
        /// Root is refused.
        case mustRunAsNonRoot = "MustRunAsNonRoot"
        /// There is an id, and it is in the ranges.
        case mustRunAs = "MustRunAs"

        static func < (left: Rule, right: Rule) -> Bool { left.strictness < right.strictness }

        private var strictness: Int {
            switch self {
            case .runAsAny: 0
            case .mayRunAs, .mustRunAsNonRoot: 1
            case .mustRunAs: 2
            }
        }
    }

    static let members = ["runAsUser", "runAsGroup", "supplementalGroups", "fsGroup"]
    static let any = IDStrategy()
    static let schema: JSONValue = [
        "type": "object", "properties": ["rule": ["type": "string"], "ranges": NumberRange.schema],
        "required": ["rule"],
    ]

    let rule: Rule
    let ranges: [NumberRange]

    private init() {
        rule = .runAsAny
        ranges = []
    }

    init(json: JSONValue) throws(JSONError) {
        let text: String = try json.required("rule")
        guard let rule = Rule(rawValue: text) else {
            let known = Rule.allCases.map(\.rawValue).joined(separator: ", ")
            throw JSONError("one of \(known) is expected, found '\(text)'", at: JSONPointer(["rule"]))
        }
        self.rule = rule
        ranges = try json.specs("ranges")
    }

    var hasBounds: Bool { rule == .mayRunAs || rule == .mustRunAs }
    var isRequired: Bool { rule == .mustRunAs }

    func text(_ member: String) -> String {
        "\(member) in \(ranges.isEmpty ? "any range" : ranges.listed) is expected"
    }

    /// What is wrong with an id; `nil` when nothing is.
    func fault(in id: Int64?, _ member: String) -> String? {
        guard hasBounds else { return nil }
        guard let id else { return isRequired ? "\(text(member)), found none" : nil }
        guard !ranges.isEmpty, !ranges.contains(where: { $0.contains(id) }) else { return nil }
        return "\(text(member)), found \(id)"
    }

    func loosenings(of platform: IDStrategy, at member: String) -> [Loosening] {
        guard rule >= platform.rule else {
            return [Loosening(at: [member, "rule"], "'\(rule.rawValue)' is less than '\(platform.rule.rawValue)'")]
        }
        if platform.rule == .mustRunAsNonRoot {
            let hasRoot = rule == .mustRunAs && (ranges.isEmpty || ranges.contains { $0.contains(0) })
            return hasRoot ? [Loosening(at: [member, "ranges"], "root is not allowed")] : []
        }
        guard platform.hasBounds, !platform.ranges.isEmpty else { return [] }
        guard !ranges.isEmpty else {
            return [Loosening(at: [member], "any id is more than \(platform.ranges.listed)")]
        }
        return ranges.loosenings(of: platform.ranges, at: [member, "ranges"])
    }
}
