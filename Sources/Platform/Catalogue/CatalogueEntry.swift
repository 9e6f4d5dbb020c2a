import JSON

/// One app of the catalogue, or one that an App document brings along.
package struct CatalogueEntry: Hashable, Sendable {
    package enum Class: String, Sendable, CaseIterable {
        /// Always on.
        case core
        /// One instance for all teams.
        case shared
        /// An instance for each team.
        case team
        /// Knows who asks.
        case userAware = "user-aware"
        /// Can be switched off.
        case optional
    }

    struct Namespace: Hashable, Sendable {
        let name: String
        /// `nil` leaves it to the mesh.
        var meshInjection: Bool?
        var policyChecks = true
        var labels: [String: String] = [:]
    }

    struct Chart: Hashable, Sendable {
        let name: String
        let version: String
        let repository: String

        /// Whether the chart lies in a registry of images.
        var isOCI: Bool { repository.hasPrefix("oci://") }
    }

    /// What makes several releases of one app.
    struct Instances: Hashable, Sendable {
        /// The list with an element for each release.
        let list: ValuePath
        let name: Template
    }

    /// A web interface of the app.
    struct Ingress: Hashable, Sendable {
        let service: String
        /// Where the service is; `nil`: in the namespace of the app.
        let namespace: String?
        let port: Int
        /// A label under the domain of the cluster.
        let host: String
        let paths: [String]
        let auth: Bool
        let groups: [String]
        let forwardPath: Bool
        let removedRequestHeaders: [String]
    }

    package struct Shortcut: Hashable, Sendable {
        package let title: String
        package let description: String?
        package let path: String
    }

    package let name: String
    package let title: String
    package let description: String
    package let appVersion: String
    package let home: String?
    package let classes: [Class]
    package let dependsOn: [String]
    package let shortcuts: [Shortcut]
    /// Whether it is on where no document says.
    let enabled: Template
    let namespace: Namespace
    let chart: Chart?
    /// `nil`: one release, called like the app.
    var instances: Instances?
    let ingress: [Ingress]
    let values: Template
    let secretValues: Template
    let manifests: [Template]
    let definitions: [JSONValue]

    package var isCore: Bool { classes.contains(.core) }

    /// Whether it is on where no document says; `nil` where that follows from the cluster.
    package var isOnByDefault: Bool? {
        guard case .literal(let value) = enabled else { return nil }
        return value.isSomething
    }

    /// Whether what it installs names the cluster: such an app is compiled for each cluster by itself.
    var namesCluster: Bool {
        ([values, secretValues] + manifests + [instances?.name].compactMap(\.self))
            .contains { $0.reads(\.isClusterIdentity) }
    }

    /// The chart in one word, `harbor 1.7.0 from https://helm.goharbor.io`; `nil` for an app without one.
    package var chartText: String? { chart.map { "\($0.name) \($0.version) from \($0.repository)" } }

    /// The namespace that it runs in.
    package var namespaceName: String { namespace.name }
}
