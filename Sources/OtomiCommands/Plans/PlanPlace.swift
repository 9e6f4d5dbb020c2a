import ArgumentParser

/// Where a plan looks, and what it compares with, on the command line.
struct PlanPlace: ParsableArguments {
    @Option(
        name: .customLong("cluster"),
        help: ArgumentHelp("Only this cluster; may be repeated.", valueName: "name")
    )
    var clusters: [String] = []

    @Option(help: ArgumentHelp("Only clusters with this label; may be repeated.", valueName: "key=value"))
    var selector: [LabelArgument] = []

    @Option(help: ArgumentHelp("Only clusters of this group.", valueName: "name"))
    var group: String?

    @Option(
        help: ArgumentHelp(
            "Compare with this revision (its number, latest, or a tag) instead of the one that each cluster should run.",
            valueName: "revision"
        )
    )
    var base: String?
}
