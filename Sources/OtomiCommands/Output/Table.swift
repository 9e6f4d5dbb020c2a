/// Rows under headings, aligned by the width of their text.
struct Table {
    /// One field, with what it means.
    struct Cell: ExpressibleByStringInterpolation {
        var text: String
        var style: Style

        init(_ text: String, _ style: Style = .plain) {
            // A line break or a control character of a stored text must not break the table or steer the terminal.
            self.text = text.printable
            self.style = style
        }

        init(stringLiteral value: String) { self.init(value) }
    }

    private let headings: [String]
    private var rows: [[Cell]] = []

    init(_ headings: String...) { self.headings = headings }

    var isEmpty: Bool { rows.isEmpty }

    mutating func add(_ cells: Cell...) { rows.append(cells) }

    /// The lines of the table, each with a line break, without blanks at their ends.
    func text(colour: Bool) -> String {
        let all = [headings.map { Cell($0, .header) }] + rows
        var widths = [Int](repeating: 0, count: headings.count)
        for row in all {
            for (column, cell) in row.enumerated() where column < widths.count {
                widths[column] = max(widths[column], cell.text.count)
            }
        }
        return all.map { line($0, widths: widths, colour: colour) }.joined()
    }

    private func line(_ cells: [Cell], widths: [Int], colour: Bool) -> String {
        var line = ""
        var pendingBlanks = 0
        for (cell, width) in zip(cells, widths) {
            if !cell.text.isEmpty {
                line += String(repeating: " ", count: pendingBlanks)
                line += cell.style.apply(to: cell.text, colour: colour)
                pendingBlanks = 0
            }
            pendingBlanks += width - cell.text.count + 2
        }
        return line + "\n"
    }
}
