package import JSON

/// The values as a folder of files, one for each document, as `otomi export` writes it and a mirrored repository has it.
///
/// ```
/// clusters.yaml                                 the fleet's registry: name, provider, region, labels, domain
/// platform/settings/otomi.yaml                  the same for apps and policies
/// platform/teams/demo/team.yaml
/// platform/teams/demo/services/hello.yaml       the same for jobs and secrets
/// groups/eu/group.yaml                          the group itself
/// groups/eu/settings/alerts.yaml                what is written at its scope, as below platform
/// clusters/paris/cluster.yaml                   the cluster's own document
/// clusters/paris/apps/harbor.yaml               what is written at its scope
/// ```
/// The path follows from the document and the document from the path, so that no file can be in two places. Whatever else
/// lies in the folder belongs to people, and is left alone.
package enum ValuesTree {
    /// The file with the fleet's registry.
    package static let clustersFile = "clusters.yaml"

    /// The folders and files of one document each below a scope's folder, by kind.
    private static let folders: [Kind: String] = [
        .cluster: "clusters", .group: "groups", .settings: "settings", .app: "apps", .policy: "policies",
        .service: "services", .job: "jobs", .secret: "secrets",
    ]
    private static let teams = "teams"
    private static let suffix = ".yaml"

    // MARK: - Paths

    /// The file of a document.
    package static func path(of id: DocumentID) -> String {
        if id.kind == .group, id.scope == .platform { return "groups/\(id.name)/group\(suffix)" }
        if id.kind == .cluster, id.scope == .cluster(id.name) { return "clusters/\(id.name)/cluster\(suffix)" }
        let scope = folder(of: id.scope)
        if id.kind == .team { return "\(scope)/\(teams)/\(id.name)/team\(suffix)" }
        let folder = folders[id.kind] ?? id.kind.rawValue
        guard let team = id.team else { return "\(scope)/\(folder)/\(id.name)\(suffix)" }
        return "\(scope)/\(teams)/\(team)/\(folder)/\(id.name)\(suffix)"
    }

    /// The document whose file is at `path`; `nil` when no document's is.
    package static func id(at path: String) -> DocumentID? {
        guard path.hasSuffix(suffix) else { return nil }
        let parts = path.dropLast(suffix.count).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let (scope, rest) = scope(parts), let id = id(rest, at: scope) else { return nil }
        // One place for each: what could be written elsewhere as well is there and nowhere else.
        return self.path(of: id) == path ? id : nil
    }

    private static func folder(of scope: Scope) -> String {
        switch scope {
        case .platform: "platform"
        case .group(let name): "groups/\(name)"
        case .cluster(let name): "clusters/\(name)"
        }
    }

    private static func scope(_ parts: [String]) -> (Scope, rest: ArraySlice<String>)? {
        switch parts.first {
        case "platform": return (.platform, parts.dropFirst())
        case "groups" where parts.count > 2 && !parts[1].isEmpty: return (.group(parts[1]), parts.dropFirst(2))
        case "clusters" where parts.count > 2 && !parts[1].isEmpty: return (.cluster(parts[1]), parts.dropFirst(2))
        default: return nil
        }
    }

    private static func id(_ parts: ArraySlice<String>, at scope: Scope) -> DocumentID? {
        let parts = Array(parts)
        guard parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        switch (parts.count, scope) {
        case (1, .group(let name)) where parts[0] == "group": return DocumentID(kind: .group, name: name)
        case (1, .cluster(let name)) where parts[0] == "cluster":
            return DocumentID(kind: .cluster, scope: scope, name: name)
        case (2, _):
            guard let kind = kind(of: parts[0]), !kind.belongsToTeam else { return nil }
            return DocumentID(kind: kind, scope: scope, name: parts[1])
        case (3, _) where parts[0] == teams && parts[2] == "team":
            return DocumentID(kind: .team, scope: scope, name: parts[1])
        case (4, _) where parts[0] == teams:
            guard let kind = kind(of: parts[2]), kind.belongsToTeam else { return nil }
            return DocumentID(kind: kind, scope: scope, team: parts[1], name: parts[3])
        default: return nil
        }
    }

    private static func kind(of folder: String) -> Kind? { folders.first { $0.value == folder }?.key }

    /// Whether the file at `path` counts: the values are in files of these folders that hold YAML or JSON.
    ///
    /// A path that ends in a slash is a folder, and counts when such a file could be in it.
    package static func isOurs(_ path: String) -> Bool {
        if path == clustersFile { return true }
        let first = path.prefix { $0 != "/" }
        guard first.count < path.count, ["platform", "groups", "clusters"].contains(first) else { return false }
        return ["/", ".yaml", ".yml", ".json"].contains(where: path.hasSuffix)
    }

    // MARK: - Files

    /// The content of a document's file: the whole document, so that each file says by itself what it is.
    package static func content(of document: Document) -> JSONValue { document.json }

    /// The content of the file with the fleet's registry, by name.
    package static func content(of clusters: [RegisteredCluster]) -> JSONValue {
        ["clusters": .array(clusters.sorted { $0.identity.name < $1.identity.name }.map(\.json))]
    }

    /// Every file of the values, by path.
    package static func files(of documents: [Document], clusters: [RegisteredCluster]) -> [String: JSONValue] {
        var files = Dictionary(
            documents.map { (path(of: $0.id), content(of: $0)) },
            uniquingKeysWith: { first, _ in first }
        )
        files[clustersFile] = content(of: clusters)
        return files
    }

    /// Reads the document of one file.
    ///
    /// - Parameters:
    ///   - path: where the file is in the tree.
    ///   - values: the YAML or JSON documents that are in it.
    /// - Returns: the document that belongs there.
    /// - Throws: a `Fault` of the file: no document, several, another one than belongs there, or a file that is none of
    ///   the values.
    package static func document(at path: String, holding values: [JSONValue]) throws(FileFault) -> Document {
        guard let id = id(at: path) else {
            throw FileFault(
                path,
                "no document belongs here",
                hint: "a service is in platform/teams/TEAM/services/NAME.yaml, for example; see docs/git.md"
            )
        }
        guard values.count == 1, !values[0].isNull else {
            throw FileFault(
                path,
                values.count > 1 ? "one document is expected, found \(values.count)" : "it is empty",
                hint: "remove the file to remove \(id)"
            )
        }
        let document: Document
        do { document = try Document(json: values[0]) } catch {
            throw FileFault(
                path,
                error.message,
                at: error.pointer ?? .root,
                hint: "it is {kind, scope, team, name, spec}"
            )
        }
        guard document.id == id else {
            throw FileFault(
                path,
                "it holds \(document.id), and belongs to \(id)",
                hint: "move it to \(self.path(of: document.id)), or correct kind, scope, team and name"
            )
        }
        return document
    }

    /// A file that does not hold what belongs there.
    package struct FileFault: Error, Sendable {
        package let fault: Fault

        init(_ path: String, _ message: String, at pointer: JSONPointer = .root, hint: String) {
            fault = Fault(file: path, pointer: pointer, message: message, hint: hint)
        }
    }
}
