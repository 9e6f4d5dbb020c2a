import JSON

/// Makes the plan of an import out of the merged repository.
struct ImportPlanner {
    private let repository: Repository
    private var plan = ImportPlan()
    private var translations: [Translation] = []
    /// The cluster that the repository describes.
    private var clusterName: String?

    private static let clusterSections: Set<String> = ["dns", "ingress", "azure", "cloud", "kms"]
    private static let clusterFlags = ["hasCloudLB", "hasExternalDNS", "isManaged", "isHomeMonitored"]
    private static let otherRoots: Set<String> = ["cluster", "policies", "apps", "teamConfig"]

    init(_ repository: Repository) {
        self.repository = repository
        plan.faults = repository.faults
        plan.unplaced = repository.unplaced
    }

    mutating func makePlan() -> ImportPlan {
        guard !repository.sources.isEmpty else { return finished() }
        planCluster()
        planAdditionalClusters()
        planSettings()
        planPolicies()
        planApps()
        planTeams()
        var completion = ImportCompletion(repository, translations)
        completion.run(&plan)
        return finished()
    }

    private func finished() -> ImportPlan {
        var result = plan
        result.clusters.sort { $0.name < $1.name }
        result.taken.sort()
        result.unplaced = Set(result.unplaced).sorted()
        result.faults = Set(result.faults).sorted()
        return result
    }

    // MARK: - Reporting

    private mutating func fault(
        _ pointer: JSONPointer,
        _ message: String,
        severity: Fault.Severity = .error,
        hint: String? = nil
    ) {
        let place = repository.place(of: pointer)
        plan.faults.append(
            Fault(severity: severity, file: place.file, pointer: place.pointer, message: message, hint: hint)
        )
    }

    private mutating func leave(_ pointer: JSONPointer, because reason: String) {
        for place in repository.places(of: pointer) {
            plan.unplaced.append(ImportUnplaced(file: place.file, pointer: place.pointer, reason: reason))
        }
    }

    private func members(at pointer: JSONPointer) -> [(key: String, value: JSONValue)] {
        (repository.tree[pointer]?.objectValue ?? [:]).sorted { $0.key < $1.key }
    }

    // MARK: - Clusters

    private mutating func planCluster() {
        let base = JSONPointer(["cluster"])
        guard let source = repository.tree[base] else {
            plan.faults.append(
                Fault(
                    file: "env/cluster.yaml",
                    pointer: base,
                    message: "is required: the cluster that the repository describes"
                )
            )
            return
        }
        guard let name = registered(source, at: base, file: repository.place(of: base).file) else { return }
        clusterName = name
        var translation = Translation(
            DocumentID(kind: .cluster, scope: .cluster(name), name: name),
            from: source,
            at: base
        )
        for field in ["name", "provider", "region"] { translation.consume(field) }
        for key in source.objectValue?.keys.sorted() ?? [] where !["name", "provider", "region"].contains(key) {
            translation.move([key])
        }
        translations.append(translation)
    }

    /// Registers the cluster that `source` describes; `nil` when it cannot be one.
    private mutating func registered(_ source: JSONValue, at base: JSONPointer, file: String) -> String? {
        guard let name = text(source, "name", at: base), let provider = text(source, "provider", at: base) else {
            return nil
        }
        guard NameRule.cluster.accepts(name) else {
            fault(base.appending("name"), "\(NameRule.cluster.expectation) are expected, found '\(name)'")
            return nil
        }
        guard ClusterIdentity.providers.contains(provider) else {
            let list = ClusterIdentity.providers.joined(separator: ", ")
            fault(base.appending("provider"), "one of \(list) is expected, found '\(provider)'")
            return nil
        }
        let region = source["region"]?.stringValue ?? ""
        plan.clusters.append(
            ImportedCluster(
                name: name,
                provider: provider,
                region: region,
                labels: [:],
                domain: source["domainSuffix"]?.stringValue,
                file: file
            )
        )
        return name
    }

    private mutating func text(_ source: JSONValue, _ key: String, at base: JSONPointer) -> String? {
        switch source[key] {
        case .string(let text): return text
        case nil, .null?: fault(base.appending(key), "is required")
        case let other?: fault(base.appending(key), "a string is expected, found \(other.typeName)")
        }
        return nil
    }

    private mutating func planAdditionalClusters() {
        let base = JSONPointer(["otomi", "additionalClusters"])
        guard let list = repository.tree[base] else { return }
        guard let elements = list.arrayValue else {
            return fault(base, "an array is expected, found \(list.typeName)")
        }
        for (index, element) in elements.enumerated() {
            let place = base.appending(index)
            guard let name = text(element, "name", at: place) else { continue }
            if let known = plan.clusters.first(where: { $0.name == name }) {
                // A repository often lists its own cluster here, too.
                if let domain = element["domainSuffix"]?.stringValue, domain != known.domain {
                    let message = "cluster '\(name)' has another domain in \(known.file)"
                    fault(place.appending("domainSuffix"), message, severity: .warning)
                }
                continue
            }
            guard registered(element, at: place, file: repository.place(of: base).file) != nil else { continue }
            let id = DocumentID(kind: .cluster, scope: .cluster(name), name: name)
            var translation = Translation(id, from: element, at: place)
            for field in ["name", "provider", "region"] { translation.consume(field) }
            translation.move(["domainSuffix"])
            translations.append(translation)
        }
    }

    // MARK: - Settings, policies, apps

    private mutating func planSettings() {
        let sections = Set(Schema.names(of: .settings))
        for (section, source) in members(at: .root) where !Self.otherRoots.contains(section) {
            let base = JSONPointer([section])
            if section == "version" {
                leave(base, because: "the version of the old schema; nothing needs it any more")
            } else if !sections.contains(section) {
                leave(base, because: "there is no section '\(section)' of settings")
            } else if source.objectValue == nil {
                fault(base, "an object is expected, found \(source.typeName)")
            } else if section == "otomi" {
                planOtomi(source, at: base)
            } else {
                let isOwn = Self.clusterSections.contains(section)
                var translation = Translation(settings(section, isOwn: isOwn), from: source, at: base)
                for key in source.objectValue?.keys.sorted() ?? [] {
                    translation.move([key]) { key == "drone" && $0.stringValue != nil ? .array([$0]) : $0 }
                }
                translations.append(translation)
            }
        }
    }

    private func settings(_ section: String, isOwn: Bool) -> DocumentID {
        let scope = clusterName.map(Scope.cluster) ?? .platform
        return DocumentID(kind: .settings, scope: isOwn ? scope : .platform, name: section)
    }

    /// The section that has both: choices for the platform, and facts about this cluster.
    private mutating func planOtomi(_ source: JSONValue, at base: JSONPointer) {
        let own = Self.clusterFlags.filter { source[$0] != nil }
        if !own.isEmpty, clusterName != nil {
            var facts: [String: JSONValue] = [:]
            for key in own { facts[key] = source[key] }
            var translation = Translation(settings("otomi", isOwn: true), from: .object(facts), at: base)
            for key in own { translation.move([key]) }
            translations.append(translation)
        }
        var rest = source.objectValue ?? [:]
        rest["additionalClusters"] = nil
        if clusterName != nil { for key in own { rest[key] = nil } }
        guard !rest.isEmpty else { return }
        var translation = Translation(settings("otomi", isOwn: false), from: .object(rest), at: base)
        for key in rest.keys.sorted() { translation.move([key]) }
        translations.append(translation)
    }

    private mutating func planPolicies() {
        let known = Set(Schema.names(of: .policy))
        for (name, source) in members(at: JSONPointer(["policies"])) {
            let base = JSONPointer(["policies", name])
            guard known.contains(name) else {
                leave(base, because: "there is no policy '\(name)'")
                continue
            }
            guard isObject(source, at: base) else { continue }
            var translation = Translation(DocumentID(kind: .policy, name: name), from: source, at: base)
            for key in source.objectValue?.keys.sorted() ?? [] { translation.move([key]) }
            translations.append(translation)
        }
    }

    private mutating func planApps() {
        for (name, source) in members(at: JSONPointer(["apps"])) {
            let base = JSONPointer(["apps", name])
            guard isObject(source, at: base) else { continue }
            let app = AppTranslation.name(of: name)
            guard NameRule.identifier63.accepts(app) else {
                fault(base, "the name of an app is \(NameRule.identifier63.expectation)")
                continue
            }
            if app != name, repository.tree["apps"]?[app] != nil {
                leave(base, because: "'\(name)' is called '\(app)' now, and that one has values of its own")
                continue
            }
            let scope = AppTranslation.isProviderBound(app) ? clusterName.map(Scope.cluster) ?? .platform : .platform
            let id = DocumentID(kind: .app, scope: scope, name: app)
            translations.append(AppTranslation.translate(source, id, at: base, hasCharts: repository.hasCharts))
            if name == "prometheus-operator", source["grafana"]?["adminPassword"] != nil {
                let part = source["grafana"] ?? .object([:])
                let id = DocumentID(kind: .app, name: "grafana")
                var grafana = Translation(id, from: part, at: base.appending("grafana"))
                grafana.move(["adminPassword"])
                translations.append(grafana)
            }
        }
    }

    private mutating func isObject(_ value: JSONValue, at pointer: JSONPointer) -> Bool {
        if value.objectValue != nil { return true }
        fault(pointer, "an object is expected, found \(value.typeName)")
        return false
    }

    // MARK: - Teams

    private mutating func planTeams() {
        for (team, source) in members(at: JSONPointer(["teamConfig"])) {
            let base = JSONPointer(["teamConfig", team])
            guard isObject(source, at: base) else { continue }
            guard team != "admin" else {
                leave(base, because: "the team 'admin' is the platform's own")
                continue
            }
            guard NameRule.team.accepts(team) else {
                let message = "the name of a team is \(NameRule.team.expectation), found '\(team)'"
                fault(base, message, hint: "rename the team")
                continue
            }
            if let id = source["id"]?.stringValue, id != team {
                let message = "the team's id '\(id)' is not its name '\(team)', which was taken"
                fault(base.appending("id"), message, severity: .warning)
            }
            translations.append(TeamTranslation.translate(source, team, at: base))
            planItems("services", .service, of: team, source, TeamItemTranslation.service)
            planItems("jobs", .job, of: team, source, TeamItemTranslation.job)
            planItems("secrets", .secret, of: team, source, TeamItemTranslation.secret)
        }
    }

    private mutating func planItems(
        _ list: String,
        _ kind: Kind,
        of team: String,
        _ source: JSONValue,
        _ translate: (JSONValue, DocumentID, JSONPointer) -> Translation
    ) {
        guard let items = source[list] else { return }
        let base = JSONPointer(["teamConfig", team, list])
        guard let elements = items.arrayValue else {
            return fault(base, "an array is expected, found \(items.typeName)")
        }
        var names: Set<String> = []
        for (index, element) in elements.enumerated() {
            let place = base.appending(index)
            guard isObject(element, at: place), let name = text(element, "name", at: place) else { continue }
            let rule = NameRule.of(kind)
            guard rule.accepts(name) else {
                let message =
                    "the name of a \(kind.rawValue) is \(rule.expectation), at most \(rule.maximumLength) characters, "
                    + "found '\(name)'"
                fault(place.appending("name"), message)
                continue
            }
            guard names.insert(name).inserted else {
                fault(place.appending("name"), "occurs twice: there is another \(kind.rawValue) '\(name)' in the list")
                continue
            }
            translations.append(translate(element, DocumentID(kind: kind, team: team, name: name), place))
        }
    }
}
