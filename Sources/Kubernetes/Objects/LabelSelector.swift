/// Which objects are meant, by their labels; the text form is that of the API's `labelSelector` parameter.
package struct LabelSelector: Hashable, Sendable, CustomStringConvertible {
    /// One thing that has to hold.
    package enum Requirement: Hashable, Sendable {
        case equals(String, String)
        case notEquals(String, String)
        case isIn(String, [String])
        case isNotIn(String, [String])
        case exists(String)
        case doesNotExist(String)
    }

    /// All of them have to hold; none means every object.
    package var requirements: [Requirement]

    package static let everything = LabelSelector([])

    package init(_ requirements: [Requirement]) {
        self.requirements = requirements
    }

    /// Objects that carry all of `labels`.
    package init(labels: [String: String]) {
        requirements = labels.sorted { $0.key < $1.key }.map { .equals($0.key, $0.value) }
    }

    /// This selector and one requirement more.
    package func and(_ requirement: Requirement) -> LabelSelector {
        LabelSelector(requirements + [requirement])
    }

    package func matches(_ labels: [String: String]) -> Bool {
        requirements.allSatisfy { requirement in
            switch requirement {
            case .equals(let key, let value): labels[key] == value
            case .notEquals(let key, let value): labels[key] != value
            case .isIn(let key, let values): labels[key].map(values.contains) ?? false
            case .isNotIn(let key, let values): labels[key].map { !values.contains($0) } ?? true
            case .exists(let key): labels[key] != nil
            case .doesNotExist(let key): labels[key] == nil
            }
        }
    }

    package var description: String {
        requirements.map { requirement in
            switch requirement {
            case .equals(let key, let value): "\(key)=\(value)"
            case .notEquals(let key, let value): "\(key)!=\(value)"
            case .isIn(let key, let values): "\(key) in (\(values.joined(separator: ",")))"
            case .isNotIn(let key, let values): "\(key) notin (\(values.joined(separator: ",")))"
            case .exists(let key): key
            case .doesNotExist(let key): "!\(key)"
            }
        }.joined(separator: ",")
    }
}
