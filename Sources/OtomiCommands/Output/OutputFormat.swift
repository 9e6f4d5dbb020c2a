import ArgumentParser

/// The forms that a command's result can be printed in.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    /// For people.
    case table
    case json
    case yaml
    /// One name a line.
    case name
}

/// The option `-o`.
struct OutputOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("table, json, yaml or name.", valueName: "format")
    )
    var format: OutputFormat?
}
