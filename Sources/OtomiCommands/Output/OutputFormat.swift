import ArgumentParser

/// The forms that a command's result can be printed in.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    /// For people.
    case table
    /// For people, with more columns where there are more.
    case wide
    case json
    case yaml
    /// One name a line.
    case name

    /// Whether it is a table.
    var isTable: Bool { self == .table || self == .wide }
}

/// The option `-o`.
struct OutputOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("table, wide, json, yaml or name.", valueName: "format")
    )
    var format: OutputFormat?
}
