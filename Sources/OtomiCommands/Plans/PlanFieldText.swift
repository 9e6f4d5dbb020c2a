import HubAPI
import JSON
import Values

/// Fields that change, as a person reads them.
struct PlanFieldText {
    /// How much is shown without `--details`.
    private enum Limit {
        static let fields = 20
        static let valueLength = 160
    }

    let isDetailed: Bool
    let usesColour: Bool

    func lines(of fields: [JSONDifference]) -> [String] {
        let shown = isDetailed ? fields : Array(fields.prefix(Limit.fields))
        let hidden = fields.count - shown.count
        return shown.flatMap(lines) + (hidden > 0 ? [more(hidden, "field", indent: 6)] : [])
    }

    private func lines(of field: JSONDifference) -> [String] {
        let place = field.pointer.description.printable
        guard isMultiline(field.before) || isMultiline(field.after) else {
            return ["      \(place): \(value(field.before, .bad)) → \(value(field.after, .good))"]
        }
        let old = textLines(field.before).map { "        " + styled("- \($0)", .bad) }
        let new = textLines(field.after).map { "        " + styled("+ \($0)", .good) }
        let both = old + new
        let shown = isDetailed ? both : Array(both.prefix(Limit.fields))
        let hidden = both.count - shown.count
        return ["      \(place):"] + shown + (hidden > 0 ? [more(hidden, "line", indent: 8)] : [])
    }

    private func isMultiline(_ value: JSONValue?) -> Bool { value?.stringValue?.contains("\n") ?? false }

    private func textLines(_ value: JSONValue?) -> [String] {
        guard let value else { return [] }
        guard let text = value.stringValue else { return [String(decoding: value.serialized(), as: UTF8.self)] }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    }

    private func value(_ value: JSONValue?, _ style: Style) -> String {
        guard let value else { return styled("(none)", .faint) }
        if SecretMarker.isMarker(value) { return styled("(secret)", style) }
        let text = String(decoding: value.serialized(), as: UTF8.self)
        guard !isDetailed, text.count > Limit.valueLength else { return styled(text, style) }
        return styled(text.prefix(Limit.valueLength) + "…", style)
    }

    /// The line that stands for what is not shown.
    func more(_ count: Int, _ noun: String, indent: Int) -> String {
        let text = "… and \(count) more \(noun)\(count == 1 ? "" : "s")\(isDetailed ? "" : " (--details)")"
        return String(repeating: " ", count: indent) + styled(text, .faint)
    }

    /// A line in its style; a stored text in it cannot steer the terminal.
    func styled(_ text: String, _ style: Style) -> String { style.apply(to: text.printable, colour: usesColour) }
}
