/// Runs other programs, such as kubectl; tests hand in one that records.
package struct ProgramRunner: Sendable {
    /// Runs a program that is found in PATH, with the text as its standard input.
    ///
    /// It writes to this process's standard output and standard error. The answer is its exit status; it throws a
    /// `CommandFailure` when there is no such program.
    package var run: @Sendable (_ name: String, _ arguments: [String], _ input: String) throws -> Int32

    package init(run: @escaping @Sendable (_ name: String, _ arguments: [String], _ input: String) throws -> Int32) {
        self.run = run
    }

    /// No program can be found.
    package static let none = ProgramRunner { name, _, _ in throw missing(name) }

    static func missing(_ name: String) -> CommandFailure {
        CommandFailure(
            .failure,
            "\(name) is not found in PATH. Install it, or leave --apply away and bring the manifest to the cluster in "
                + "another way"
        )
    }
}
