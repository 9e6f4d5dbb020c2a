import ArgumentParser
import HubAPI
import Values

/// A role on the command line.
struct GrantOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "\(Role.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "role"
        )
    )
    var role: String?

    @Option(help: ArgumentHelp("The team of a team's role.", valueName: "team"))
    var team: String?

    func validate() throws {
        guard team == nil || role != nil else { throw ValidationError("--team goes with --role.") }
        guard let role else { return }
        guard let known = Role(rawValue: role) else {
            let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("There is no role '\(role)'; there are \(roles).")
        }
        guard known.isOfTeam == (team != nil) else {
            throw ValidationError(known.isOfTeam ? "\(role) is had in a team: --team NAME." : "\(role) takes no team.")
        }
    }

    /// The role that was given; `nil` when none was.
    var grant: RoleGrant? { role.map { RoleGrant(role: $0, team: team) } }

    /// The role that must be given.
    func required() throws -> RoleGrant {
        guard let grant else {
            throw CommandFailure(.usage, "name the role: --role ROLE, and --team TEAM for a team's")
        }
        return grant
    }
}
