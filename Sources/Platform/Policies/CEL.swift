/// Values as the Common Expression Language writes them.
enum CEL {
    static func text(_ text: String) -> String {
        var result = "'"
        for scalar in text.unicodeScalars {
            switch scalar {
            case "'", "\\": result += "\\\(scalar)"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "'"
    }

    static func list(_ texts: [String]) -> String { "[\(texts.map(text).joined(separator: ", "))]" }

    /// A text that a regular expression (RE2) reads as itself.
    static func literal(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if "\\.+*?()|[]{}^$-/".unicodeScalars.contains(scalar) { result += "\\" }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    /// Whether `value` is one of `patterns`: texts, and beginnings of texts with `*` after them.
    static func matches(_ value: String, _ patterns: [String]) -> String {
        let exact = patterns.filter { !$0.hasSuffix("*") }
        let prefixes = patterns.filter { $0.hasSuffix("*") }.map { String($0.dropLast()) }
        var parts = ["\(value) in \(list(exact))"]
        if !prefixes.isEmpty { parts.append("\(list(prefixes)).exists(p, \(value).startsWith(p))") }
        return parts.count == 1 ? parts[0] : "(\(parts.joined(separator: " || ")))"
    }

    /// What a container says about its security, what its pod says otherwise, and `missing` when neither does.
    static func security(_ member: String, missing: String, _ use: (String) -> String) -> String {
        "(has(c.securityContext) && has(c.securityContext.\(member)) ? \(use("c.securityContext.\(member)")) : "
            + "(has(variables.pod.securityContext) && has(variables.pod.securityContext.\(member)) ? "
            + "\(use("variables.pod.securityContext.\(member)")) : \(missing)))"
    }
}
