import JSON
import Values

/// A name and what is said about it.
struct Named<Content: Sendable>: Sendable {
    let name: String
    let spec: Content
}

/// One team on one cluster: its document, and those of its things that are placed there.
struct Team: Sendable {
    let name: String
    let spec: TeamSpec
    let services: [Named<ServiceSpec>]
    let jobs: [Named<JobSpec>]
    let secrets: [Named<SecretSpec>]

    var namespace: String { "team-\(name)" }

    /// What every object of the team carries.
    var labels: [String: String] { ["otomi.io/team": name] }

    /// The secret `name`; `nil` when something else makes it.
    func secret(_ name: String) -> SecretSpec? {
        secrets.first { $0.name == name }?.spec
    }

    /// Reads the team `name`; `nil` when it cannot be read, and what of it cannot be is left out: both are reported.
    init?(name: String, json: JSONValue, _ faults: inout FaultLog) {
        guard ObjectName.isLabel("team-\(name)") else {
            let room = ObjectName.maximumLabelBytes - "team-".utf8.count
            faults.report(
                .team,
                team: name,
                name: name,
                at: .root,
                "'team-\(name)' cannot name a namespace",
                hint: "use at most \(room) lower case letters, digits and inner hyphens"
            )
            return nil
        }
        guard let spec: TeamSpec = Self.read(json, .team, team: name, name: name, &faults) else { return nil }
        self.name = name
        self.spec = spec
        services = Self.readAll("services", of: json, .service, team: name, &faults)
        jobs = Self.readAll("jobs", of: json, .job, team: name, &faults)
        secrets = Self.readAll("secrets", of: json, .secret, team: name, &faults)
    }

    private static func readAll<Content: Spec>(
        _ member: String,
        of json: JSONValue,
        _ kind: Kind,
        team: String,
        _ faults: inout FaultLog
    ) -> [Named<Content>] {
        var all: [Named<Content>] = []
        for (name, json) in members(of: json[member]) {
            let limit = maximumNameBytes(kind)
            guard kind == .secret ? ObjectName.isSubdomain(name) : ObjectName.isLabel(name), name.utf8.count <= limit
            else {
                faults.report(
                    kind,
                    team: team,
                    name: name,
                    at: .root,
                    "'\(name)' cannot name an object",
                    hint: "use at most \(limit) lower case letters, digits and inner hyphens"
                )
                continue
            }
            guard let spec: Content = read(json, kind, team: team, name: name, &faults) else { continue }
            all.append(Named(name: name, spec: spec))
        }
        return all
    }

    private static func maximumNameBytes(_ kind: Kind) -> Int {
        switch kind {
        // A Job's name gets a hyphen and eight digits more, a CronJob's Jobs eleven characters.
        case .job: ObjectName.maximumCronJobBytes
        case .secret: ObjectName.maximumBytes
        default: ObjectName.maximumLabelBytes
        }
    }

    private static func read<Content: Spec>(
        _ json: JSONValue,
        _ kind: Kind,
        team: String,
        name: String,
        _ faults: inout FaultLog
    ) -> Content? {
        do throws(JSONError) { return try Content(json: json) } catch {
            faults.report(kind, team: team, name: name, at: error.pointer ?? .root, error.message)
            return nil
        }
    }

    private static func members(of json: JSONValue?) -> [(String, JSONValue)] {
        (json?.objectValue ?? [:]).filter { !$0.value.isNull }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
