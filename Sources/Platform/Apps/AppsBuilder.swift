import JSON
import Values

/// Builds what installs a cluster's apps; every concern is an extension in a file of its own.
struct AppsBuilder {
    /// An app that is on, with its values filled in.
    struct App {
        let entry: CatalogueEntry
        /// What its release is called.
        let name: String
        let values: JSONValue
        /// `nil` when the entry has none; empty when the secrets were not read.
        let secretValues: JSONValue?
        let manifests: [JSONValue]
    }

    let set: AppSet
    /// Whether the apps are installed from here; which are on holds all the same.
    let installsApps: Bool
    let domainSuffix: String?
    private(set) var apps: [App] = []
    private var issues: [AppSet.Issue] = []
    /// The apps that are on and whose objects name the cluster.
    private let namingCluster: [CatalogueEntry]
    /// The values that templates may read where no secret may go, and all of them.
    private var plain: JSONValue
    private var full: JSONValue

    /// The apps of clusters with the same shared values; those whose objects name the cluster are left to `forCluster`.
    ///
    /// - Parameters:
    ///   - tree: The effective values that the clusters share, with secrets or without.
    ///   - catalogue: The apps that there are.
    init(tree: JSONValue, catalogue: Catalogue = .embedded) {
        set = AppSet(tree: tree, catalogue: catalogue)
        installsApps = tree["settings"]?["otomi"]?["installsApps"]?.boolValue ?? true
        domainSuffix = tree["cluster"]?["domainSuffix"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        plain = set.plain
        full = tree
        full["teams"] = nil
        full = set.withStates(full.withoutMarkers)
        namingCluster = set.enabled.filter(\.namesCluster)
        let named = Set(namingCluster.map(\.name))
        fill(set.enabled.filter { !named.contains($0.name) })
    }

    /// The apps whose objects name the cluster; `cluster` is that of the effective values, with all that tells the cluster
    /// from others.
    func forCluster(_ cluster: JSONValue) -> AppsBuilder {
        var copy = self
        // What clusters share is derived from settings too, which `cluster` alone does not know.
        let whole = cluster.merging(plain["cluster"] ?? [:])
        copy.plain["cluster"] = whole
        copy.full["cluster"] = whole
        copy.apps = []
        copy.issues = []
        copy.fill(namingCluster)
        return copy
    }

    private mutating func fill(_ entries: [CatalogueEntry]) {
        guard installsApps else { return }
        for entry in entries {
            do throws(TemplateError) { apps += try Self.apps(entry, plain: plain, full: full) } catch {
                issues.append(
                    AppSet.Issue(
                        app: entry.name,
                        pointer: .root,
                        message: "its values cannot be made, in the catalogue at \(error)"
                    )
                )
            }
        }
    }

    private static func apps(
        _ entry: CatalogueEntry,
        plain: JSONValue,
        full: JSONValue
    ) throws(TemplateError) -> [App] {
        let schema = Schema.compiled(.app, name: entry.name)
        func spec(_ tree: JSONValue) -> JSONValue {
            let said = tree["apps"]?[entry.name] ?? .object([:])
            return schema?.fillingDefaults(in: said) ?? said
        }
        let own = spec(plain)
        let values = TemplateValues(tree: plain, app: own)
        let secrets = TemplateValues(tree: full, app: spec(full))
        guard let instances = entry.instances else {
            return [try app(entry, entry.name, own, values, secrets)]
        }
        var apps: [App] = []
        for item in values[instances.list]?.arrayValue ?? [] {
            let values = values.with(item: item)
            guard let name = try instances.name.filled(with: values)?.stringValue, ObjectName.isLabel(name),
                name.utf8.count <= HelmReleases.maximumNameBytes, !apps.contains(where: { $0.name == name })
            else { continue }
            apps.append(try app(entry, name, own, values, secrets.with(item: item)))
        }
        return apps
    }

    private static func app(
        _ entry: CatalogueEntry,
        _ name: String,
        _ own: JSONValue,
        _ values: TemplateValues,
        _ secrets: TemplateValues
    ) throws(TemplateError) -> App {
        var chartValues = try entry.values.filled(with: values) ?? .object([:])
        for member in ["values", "rawValues"] {
            if let more = own[member], more.objectValue != nil { chartValues = chartValues.merging(more) }
        }
        var secretValues: JSONValue?
        if !entry.secretValues.isEmpty {
            secretValues = try entry.secretValues.filled(with: secrets)
        }
        var manifests: [JSONValue] = []
        for manifest in entry.manifests {
            if let object = try manifest.filled(with: values) { manifests.append(object) }
        }
        return App(
            entry: entry,
            name: name,
            values: chartValues,
            secretValues: secretValues,
            manifests: manifests
        )
    }

    /// The custom resource definitions that apps bring along.
    func definitions() -> [Manifest] {
        guard installsApps else { return [] }
        return set.enabled.flatMap { entry in entry.definitions.compactMap { Manifest(object: $0, of: entry) } }
    }

    /// What the apps are installed into and from.
    func groundwork() -> [Manifest] {
        installsApps ? namespaces + chartSources : []
    }

    /// What installs the apps.
    func manifests() -> [Manifest] {
        guard installsApps else { return [] }
        return releases + apps.flatMap { app in app.manifests.compactMap { Manifest(object: $0, of: app.entry) } }
    }

    /// The objects that hold a secret in the clear.
    func confidentialManifests() -> [Manifest] {
        installsApps ? valueSecrets : []
    }

    /// Reports what is wrong with App documents, and with the catalogue itself.
    func check(_ faults: inout FaultLog) {
        report(set.issues, &faults)
        checkValues(&faults)
        for fault in Catalogue.embeddedFaults {
            faults.report(.app, name: fault.entry, at: .root, fault.description, hint: "this build is broken")
        }
    }

    /// Reports apps whose values cannot be made.
    func checkValues(_ faults: inout FaultLog) {
        report(issues, &faults)
    }

    private func report(_ issues: [AppSet.Issue], _ faults: inout FaultLog) {
        for issue in issues {
            faults.report(
                .app,
                name: issue.app,
                at: issue.pointer,
                issue.message,
                hint: issue.hint,
                severity: issue.severity
            )
        }
    }
}

extension Manifest {
    /// An object that an entry of the catalogue holds; `nil` when it has no kind or name.
    init?(object: JSONValue, of entry: CatalogueEntry) {
        guard let version = object["apiVersion"]?.stringValue, let kind = object["kind"]?.stringValue,
            let name = object["metadata"]?["name"]?.stringValue
        else { return nil }
        let namespace = object["metadata"]?["namespace"]?.stringValue
        func texts(_ key: String) -> [String: String] {
            object["metadata"]?[key]?.objectValue?.compactMapValues(\.scalarText) ?? [:]
        }
        var members = object.objectValue ?? [:]
        for key in ["apiVersion", "kind", "metadata"] { members[key] = nil }
        self.init(
            ObjectKind.named(kind, version, isClusterWide: namespace == nil),
            name,
            in: namespace,
            labels: texts("labels").merging([AppsBuilder.appLabel: entry.name]) { _, own in own },
            annotations: texts("annotations"),
            members
        )
    }
}
