/// The path prefixes under which a service answers.
package enum PathPrefix {
    /// `paths` as they are compared and routed: each begins with a slash, ends with none, and occurs once.
    ///
    /// Empty is all paths: the root stands for everything, whatever else is listed.
    package static func normalised(_ paths: [String]) -> [String] {
        var result: [String] = []
        for path in paths {
            guard let path = normalised(path) else { return [] }
            if !result.contains(path) { result.append(path) }
        }
        return result
    }

    /// One path as it is compared; `nil` for the root.
    package static func normalised(_ path: String) -> String? {
        let inner = path.split(separator: "/").joined(separator: "/")
        return inner.isEmpty ? nil : "/" + inner
    }
}
