/// Texts for Alertmanager, which reads most of its settings as templates of Go.
enum GoTemplate {
    /// A template that yields `text` as it is, whatever is in it.
    static func literal(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let brace = rest.firstIndex(of: "{") {
            let next = rest.index(after: brace)
            result += rest[..<brace]
            guard next < rest.endIndex, rest[next] == "{" else {
                result += "{"
                rest = rest[next...]
                continue
            }
            result += #"{{"{{"}}"#
            rest = rest[rest.index(after: next)...]
        }
        return result + rest
    }
}
