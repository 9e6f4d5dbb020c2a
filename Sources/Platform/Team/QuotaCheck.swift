import JSON
import Values

/// Finds limits of teams that Kubernetes would refuse.
enum QuotaCheck {
    static func check(_ team: Team, _ faults: inout FaultLog) {
        let range = team.spec.limitRange
        for (resource, request) in (range?.requests ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard let limit = range?.limits[resource], let requested = Quantity(request),
                let limited = Quantity(limit), limited < requested
            else { continue }
            faults.report(
                .team,
                team: team.name,
                name: team.name,
                at: JSONPointer(["limitRange", "defaultRequest", resource]),
                "'\(request)' is more than the default limit '\(limit)'",
                hint: "request at most what limitRange.default.\(resource) allows"
            )
        }
    }
}
