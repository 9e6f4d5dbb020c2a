/// How much work of each kind is done at once, and how much of it may wait.
///
/// What waits longer than ``patience``, or finds the line full, is refused at once: an answer that says when to come again
/// is worth more than one that comes too late.
package struct AdmissionLimits: Hashable, Sendable {
    /// The places of one kind of work.
    package struct Places: Hashable, Sendable {
        package var atOnce: Int
        package var inLine: Int

        package init(atOnce: Int, inLine: Int) {
            self.atOnce = atOnce
            self.inLine = inLine
        }
    }

    package var people = Places(atOnce: 64, inLine: 128)
    package var agents = Places(atOnce: 128, inLine: 1_024)
    package var enrolments = Places(atOnce: 16, inLine: 128)
    package var patience: Duration = .seconds(3)

    package init() {}
}
