import JSON
import Values

/// `docs/permissions.md`, as the table in code prints it.
enum PermissionsPage {
    static var text: String {
        """
        # Who may do what

        This page is printed from the table in `Sources/Values/Access` (`OTOMI_RECORD_GOLDEN=1 script/test ValuesTests` writes it
        anew). The hub answers every request by that table: 403 for what somebody may know exists, 404 for what is another
        team's, and either way with an entry in the audit log. `GET /api/v1/permissions` and `otomi permissions` say what the
        caller may do. Below the hub the database itself shows a team's people no other team's documents or revisions.

        ## Actions

        - **all**: everywhere.
        - **part**: on the platform, where what is other teams' is left out, and on what is their team's.
        - **own team**: on what is their team's only.
        - **no**: refused. What is another team's does not exist for a team's people, whatever the action.

        | action | what it is | platform admin | auditor | team admin | team member |
        |---|---|---|---|---|---|
        \(Action.allCases.map(line).joined(separator: "\n"))

        Where a part is shown: documents, revisions and their changes; clusters where the team lives, with name, provider,
        region, domain and state; of status, values and objects there what is in the team's namespace.

        ## Fields of a team's documents

        A team's people add, change and remove its services, jobs and secrets; a team itself comes and goes by platform admins.
        Some fields are the team's to change only while its document lists the flag under `selfService`, at the platform's
        scope. A change to another field is refused as a whole, and the fault names the field, the flag and who may.

        | kind | field | team admin | team member |
        |---|---|---|---|
        \(fields.joined(separator: "\n"))

        Of a flag that governs no field yet, `team/downloadKubeConfig`, nothing in the hub depends.

        """
    }

    private static func line(_ action: Action) -> String {
        let reaches = Role.allCases.map { word(action.rule.reach(of: $0)) }
        let note = action.rule.isForEverybody ? " (without a role, too)" : ""
        return "| `\(action.rawValue)` | \(action.sentence)\(note) | \(reaches.joined(separator: " | ")) |"
    }

    private static func word(_ reach: AccessRule.Reach) -> String {
        switch reach {
        case .allowed: "all"
        case .part: "part"
        case .ownTeam: "own team"
        case .refused: "no"
        }
    }

    private static var fields: [String] {
        let none = SelfService(flags: [])
        return [Kind.team, .service, .job, .secret].flatMap { kind -> [String] in
            let admin = DocumentAccess(role: .teamAdmin, kind: kind, selfService: none)
            let member = DocumentAccess(role: .teamMember, kind: kind, selfService: none)
            var lines: [String] = []
            var rest: (String, String)?
            for field in admin.fields {
                let answers = (word(admin.access(to: field)), word(member.access(to: field)))
                if case .lacking = admin.access(to: field) {
                    lines.append(
                        "| \(kind.rawValue) | `\(field.tokens.joined(separator: "."))` | \(answers.0) | \(answers.1) |"
                    )
                } else {
                    rest = answers
                }
            }
            if let rest {
                lines.append("| \(kind.rawValue) | everything\(lines.isEmpty ? "" : " else") | \(rest.0) | \(rest.1) |")
            }
            return lines
        }
    }

    private static func word(_ access: DocumentAccess.FieldAccess) -> String {
        switch access {
        case .allowed: "yes"
        case .lacking(let flag): "with the flag `\(flag.rawValue)`"
        case .platformOnly, .teamAdminOnly: "no"
        }
    }
}
