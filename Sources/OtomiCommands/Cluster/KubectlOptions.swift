import ArgumentParser

/// Which cluster kubectl works on.
struct KubectlOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The context in the kubeconfig; its current one otherwise.", valueName: "name"))
    var context: String?

    @Option(help: ArgumentHelp("The kubeconfig; kubectl's own otherwise.", valueName: "file"), completion: .file())
    var kubeconfig: String?

    var areGiven: Bool { context != nil || kubeconfig != nil }

    /// Runs kubectl; what it says goes to the terminal.
    ///
    /// - Throws: `CommandFailure` when it is not there or does not succeed.
    func run(_ arguments: [String], input: String = "", in session: Session) throws {
        var words: [String] = []
        if let kubeconfig { words += ["--kubeconfig", kubeconfig] }
        if let context { words += ["--context", context] }
        let status = try session.programs.run("kubectl", words + arguments, input)
        guard status == 0 else {
            throw CommandFailure(
                .failure,
                "kubectl \(arguments.first ?? "") ended with status \(status); what it said is above. A one-time token that "
                    + "was not used may be replaced: run the command again"
            )
        }
    }
}
