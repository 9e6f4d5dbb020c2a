/// Who applies.
enum Contender: String, CaseIterable, Sendable {
    case bare, kubectl, agent
}

/// What is applied: something new, the same again, everything changed.
enum Step: String, CaseIterable, Sendable {
    case first = "first apply"
    case unchanged = "no change"
    case changed = "all changed"

    /// The value that the objects hold.
    var value: String { self == .changed ? "2" : "1" }
}

extension [Contender] {
    /// Another one begins each time, so that a drift of the machine meets all alike.
    func rotated(by count: Int) -> [Contender] { Array(self[(count % self.count)...] + self[..<(count % self.count)]) }
}

/// Figures of all rounds, and their medians side by side.
struct RateTable {
    private struct Cell {
        var durations = Samples()
        var writes: [Int] = []
        var objects = 0
    }

    private var cells: [Contender: [Step: Cell]] = [:]

    mutating func add(_ contender: Contender, _ step: Step, objects: Int, _ duration: Duration, writes: Int) {
        var cell = cells[contender]?[step] ?? Cell()
        cell.durations.add(duration)
        cell.writes.append(writes)
        cell.objects = objects
        cells[contender, default: [:]][step] = cell
    }

    private func rate(_ contender: Contender, _ step: Step) -> Double {
        guard let cell = cells[contender]?[step] else { return .nan }
        return Double(cell.objects) / cell.durations.percentile(0.5)
    }

    func print() {
        for step in Step.allCases {
            for contender in Contender.allCases {
                guard let cell = cells[contender]?[step] else { continue }
                let time = rounded(cell.durations.percentile(0.5))
                let writes = cell.writes.max() ?? 0
                Swift.print(
                    "\(step.rawValue), \(contender.rawValue): \(Int(rate(contender, step))) objects/s "
                        + "(\(time) s for \(cell.objects), at most \(writes) writes)"
                )
            }
            let ofBare = rate(.agent, step) / rate(.bare, step)
            let ofKubectl = rate(.agent, step) / rate(.kubectl, step)
            Swift.print("\(step.rawValue): agent = \(rounded(ofBare)) x bare client, \(rounded(ofKubectl)) x kubectl")
        }
    }
}
