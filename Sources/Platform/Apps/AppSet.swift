package import JSON
import Values

/// Which apps are on a cluster, and why.
package struct AppSet: Sendable {
    /// What decided.
    package enum Reason: Hashable, Sendable {
        /// The app is always on.
        case core
        /// Its App document says so.
        case document
        /// Its App document goes to other clusters.
        case placement
        /// No document says anything, so the catalogue decides.
        case `default`
        /// An app that is on needs it.
        case needed(by: String)
    }

    package struct State: Hashable, Sendable {
        package let isOn: Bool
        package let reason: Reason
    }

    /// What is wrong with an App document.
    struct Issue: Hashable {
        let app: String
        let pointer: JSONPointer
        let message: String
        var hint: String?
        var severity: Fault.Severity = .error
    }

    /// Every app of the catalogue, and those that documents bring along.
    package private(set) var entries: [String: CatalogueEntry]
    package private(set) var states: [String: State] = [:]
    private(set) var issues: [Issue] = []

    /// The values that templates may read: without secrets, and with `enabled` of every app as it came out.
    private(set) var plain: JSONValue

    /// - Parameters:
    ///   - tree: The effective values of the cluster, with secrets or without.
    ///   - catalogue: The apps that there are.
    package init(tree: JSONValue, catalogue: Catalogue = .embedded) {
        entries = catalogue.entries
        plain = tree.withoutSecretLeaves
        let documents = tree["apps"]?.objectValue ?? [:]
        for (name, spec) in documents.sorted(by: { $0.key < $1.key }) { admit(name, spec, catalogue) }
        let elsewhere = Set(tree["derived"]?["appsElsewhere"]?.arrayValue?.compactMap(\.stringValue) ?? [])
        for (name, entry) in entries {
            states[name] = said(of: entry, documents[name], isElsewhere: elsewhere.contains(name))
        }
        decideDefaults()
        checkDependencies(catalogue, elsewhere)
        close()
        plain = withStates(plain)
    }

    /// Whether the app is on; an app that nobody knows is not.
    package func isOn(_ name: String) -> Bool { states[name]?.isOn ?? false }

    /// The entries of the apps that are on, by name.
    var enabled: [CatalogueEntry] {
        states.filter(\.value.isOn).keys.sorted().compactMap { entries[$0] }
    }

    // MARK: - Apps of one's own

    /// Takes in the app of a document, if it is not in the catalogue.
    private mutating func admit(_ name: String, _ spec: JSONValue, _ catalogue: Catalogue) {
        if catalogue[name] != nil {
            guard spec["chart"] != nil, Schema.names(of: .app).contains(name) == false else { return }
            let message = "'\(name)' is in the catalogue, which knows its chart"
            report(name, ["chart"], message, hint: "choose another name for an app of your own")
            return
        }
        guard let chart = spec["chart"], !chart.isNull else { return reportUnknown(name, catalogue) }
        do throws(JSONError) {
            let entry = try CatalogueEntry(ownApp: name, spec: spec)
            if !NameRule.of(.app).accepts(name) || name.utf8.count > HelmReleases.maximumNameBytes {
                let limit = HelmReleases.maximumNameBytes
                report(name, [], "the name of an app has at most \(limit) characters, as Helm's releases do")
            } else if !ObjectName.isLabel(entry.namespace.name) {
                report(name, ["namespace"], "'\(entry.namespace.name)' cannot name a namespace")
            } else if entry.namespace.name.hasPrefix("team-") {
                let message = "'\(entry.namespace.name)' is the namespace of a team"
                report(name, ["namespace"], message, hint: "leave 'namespace' out to give the app its own")
            } else {
                entries[name] = entry
            }
        } catch {
            report(name, error.pointer?.tokens ?? [], error.message)
        }
    }

    private mutating func reportUnknown(_ name: String, _ catalogue: Catalogue) {
        guard !Schema.names(of: .app).contains(name) else {
            let message = "the catalogue has no app '\(name)' yet, so nothing is installed"
            return report(name, [], message, severity: .warning)
        }
        let near = EditDistance.closest(to: name, in: catalogue.names)
        report(
            name,
            [],
            "there is no app '\(name)' in the catalogue",
            hint: near.map { "did you mean '\($0)'?" } ?? "see otomi app list, or give the app its own 'chart'"
        )
    }

    private mutating func report(
        _ app: String,
        _ tokens: [String],
        _ message: String,
        hint: String? = nil,
        severity: Fault.Severity = .error
    ) {
        issues.append(Issue(app: app, pointer: JSONPointer(tokens), message: message, hint: hint, severity: severity))
    }

    // MARK: - States

    /// What a document says about an app; `nil` leaves it to the entry.
    private mutating func said(of entry: CatalogueEntry, _ spec: JSONValue?, isElsewhere: Bool) -> State? {
        let enabled = spec?["enabled"]?.boolValue
        guard !entry.isCore else {
            if enabled == false {
                let hint = "leave it out; settings.otomi.installsApps: false installs nothing at all"
                report(entry.name, ["enabled"], "'\(entry.name)' is a core app, which is always on", hint: hint)
            }
            if isElsewhere {
                report(entry.name, ["placement"], "'\(entry.name)' is a core app, which goes to every cluster")
            }
            return State(isOn: true, reason: .core)
        }
        guard !isElsewhere else { return State(isOn: false, reason: .placement) }
        return enabled.map { State(isOn: $0, reason: .document) }
    }

    /// How often defaults are decided anew because one follows from another.
    private static let maximumRounds = 8

    /// Decides by the entries what documents leave open.
    private mutating func decideDefaults() {
        let open = entries.keys.filter { states[$0] == nil }.sorted()
        for name in open { states[name] = State(isOn: entries[name]?.isOnByDefault ?? false, reason: .default) }
        let templates = open.compactMap { entries[$0] }.filter { $0.isOnByDefault == nil }
        for _ in 0..<Self.maximumRounds {
            let before = states
            let values = withStates(plain)
            for entry in templates {
                let app = values["apps"]?[entry.name] ?? .object([:])
                let isOn = try? entry.enabled.filled(with: TemplateValues(tree: values, app: app))?.isSomething
                states[entry.name] = State(isOn: isOn ?? false, reason: .default)
            }
            guard states != before else { return }
        }
    }

    /// `tree` with `enabled` of every app.
    func withStates(_ tree: JSONValue) -> JSONValue {
        var apps = tree["apps"]?.objectValue ?? [:]
        for (name, state) in states { apps[name, default: .object([:])]["enabled"] = .bool(state.isOn) }
        var result = tree
        result["apps"] = .object(apps)
        return result
    }

    /// The catalogue has checked its own; an app of a document may need what does not exist, or itself.
    private mutating func checkDependencies(_ catalogue: Catalogue, _ elsewhere: Set<String>) {
        let own = entries.filter { catalogue[$0.key] == nil }
        for (name, entry) in own.sorted(by: { $0.key < $1.key }) {
            for (index, dependency) in entry.dependsOn.enumerated() where entries[dependency] == nil {
                let place = ["dependsOn", String(index)]
                guard !elsewhere.contains(dependency) else {
                    let hint = "place '\(name)' only where '\(dependency)' goes"
                    report(name, place, "'\(dependency)' does not go to every cluster of '\(name)'", hint: hint)
                    continue
                }
                let near = EditDistance.closest(to: dependency, in: entries.keys.sorted())
                report(name, place, "there is no app '\(dependency)'", hint: near.map { "did you mean '\($0)'?" })
            }
        }
        guard let cycle = DependencyCycle.first(in: own.mapValues(\.dependsOn)), let first = cycle.first else { return }
        let way = (cycle + [first]).joined(separator: " → ")
        report(first, ["dependsOn"], "the dependencies go in a circle: \(way)")
    }

    /// Switches on what the apps that are on need.
    private mutating func close() {
        var pending = states.filter(\.value.isOn).keys.sorted()[...]
        while let name = pending.popFirst() {
            for dependency in (entries[name]?.dependsOn ?? []).sorted() {
                guard let state = states[dependency], !state.isOn else { continue }
                let hint = "switch '\(name)' off too, or this one on"
                switch state.reason {
                case .document:
                    report(
                        dependency,
                        ["enabled"],
                        "'\(dependency)' cannot be off, because '\(name)' needs it",
                        hint: hint
                    )
                case .placement:
                    report(
                        dependency,
                        ["placement"],
                        "'\(dependency)' has to come here, because '\(name)' needs it",
                        hint: hint
                    )
                case .core, .default, .needed: break
                }
                states[dependency] = State(isOn: true, reason: .needed(by: name))
                pending.append(dependency)
            }
        }
    }
}

extension AppSet.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .core: "core"
        case .document: "document"
        case .placement: "placed elsewhere"
        case .default: "default"
        case .needed(let app): "needed by \(app)"
        }
    }
}

extension CatalogueEntry {
    /// The app that a document brings along.
    ///
    /// - Throws: `JSONError` with the member of the spec that has another type than the schema says.
    init(ownApp name: String, spec: JSONValue) throws(JSONError) {
        self.init(
            name: name,
            title: name,
            description: "An app of an App document.",
            appVersion: spec["chart"]?["version"]?.stringValue ?? "",
            home: nil,
            classes: [.optional],
            dependsOn: try spec.texts("dependsOn"),
            shortcuts: [],
            enabled: .literal(true),
            namespace: Namespace(name: try spec.optional("namespace") ?? name),
            chart: try spec.spec("chart"),
            ingress: [],
            values: .literal([:]),
            secretValues: .literal([:]),
            manifests: [],
            definitions: []
        )
    }
}
