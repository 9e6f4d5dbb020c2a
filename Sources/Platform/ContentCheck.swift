import JSON
import Values

/// Finds what can be read, but not be what its author means on a cluster.
enum ContentCheck {
    /// What a ConfigMap may hold in all.
    static let maximumFileBytes = 1_000_000

    /// Reports it at the document to change.
    static func check(_ team: Team, _ faults: inout FaultLog) {
        if let password = team.spec.password.text, !LogUsers.accepts(password) {
            faults.report(
                .team,
                team: team.name,
                name: team.name,
                at: JSONPointer(["password"]),
                "the proxy before the team's logs takes no password with a colon or a control character",
                hint: "choose another password, or leave it out to have one made"
            )
        }
        for job in team.jobs { check(job, of: team, &faults) }
        for service in team.services { check(service, of: team, &faults) }
    }

    private static func check(_ job: Named<JobSpec>, of team: Team, _ faults: inout FaultLog) {
        let containers = [job.spec.container] + job.spec.initContainers
        for (index, container) in containers.enumerated() {
            let base = index == 0 ? [] : ["init", String(index - 1)]
            check(container.container, .job, of: team, job.name, at: base, &faults)
        }
    }

    private static func check(_ service: Named<ServiceSpec>, of team: Team, _ faults: inout FaultLog) {
        if case .knativeService(let knative) = service.spec.workload {
            check(knative.container, .service, of: team, service.name, at: ["container"], &faults)
            if service.spec.exposure.tlsPass, service.spec.exposure.reach != .cluster {
                faults.report(
                    .service,
                    team: team.name,
                    name: service.name,
                    at: JSONPointer(["exposure", "tlsPass"]),
                    "Knative ends TLS before its containers, so a connection cannot be passed through to one",
                    hint: "run the workload as a Kubernetes service, or let the platform end TLS",
                    severity: .warning
                )
            }
        }
        for (index, rule) in service.spec.networkPolicy.egress.enumerated() where EgressHost(rule.domain) == nil {
            faults.report(
                .service,
                team: team.name,
                name: service.name,
                at: JSONPointer(["networkPolicy", "egressPublic", String(index), "domain"]),
                "a host name, '*.' and a host name, or an IP address is expected, found '\(rule.domain)'"
            )
        }
    }

    private static func check(
        _ container: ContainerSpec,
        _ kind: Kind,
        of team: Team,
        _ name: String,
        at base: [String],
        _ faults: inout FaultLog
    ) {
        for (index, secret) in container.secrets.enumerated() {
            let entries = team.secret(secret)?.entries ?? []
            for entry in entries where !ObjectName.isEnvironmentName(entry) {
                faults.report(
                    kind,
                    team: team.name,
                    name: name,
                    at: JSONPointer(base + ["secrets", String(index)]),
                    "entry '\(entry)' of secret '\(secret)' cannot name an environment variable",
                    hint: "rename the entry, or mount the secret with secretMounts"
                )
            }
        }
        for (variable, entry) in container.secretEnv.sorted(by: { $0.key < $1.key })
        where container.env[variable] != nil {
            faults.report(
                kind,
                team: team.name,
                name: name,
                at: JSONPointer(base + ["secretEnv", variable]),
                "env sets '\(variable)' already, so entry '\(entry.key)' of secret '\(entry.secret)' would never be seen",
                hint: "remove one of the two"
            )
        }
        let bytes = container.files.values.reduce(0) { $0 + $1.utf8.count }
        guard bytes > maximumFileBytes else { return }
        faults.report(
            kind,
            team: team.name,
            name: name,
            at: JSONPointer(base + ["files"]),
            "the files are \(bytes) bytes together, more than the \(maximumFileBytes) that fit one ConfigMap",
            hint: "put large files into the image"
        )
    }
}
