package import JSON

/// What holds on one cluster: its documents layered, placed, completed by defaults and derived values.
///
/// The tree is one object:
/// ```
/// cluster   name, provider, region, labels, and the spec of the cluster's own document
/// settings  <section>: …
/// apps      <app>: …             only apps that a document speaks of and that are placed here
/// policies  <policy>: …          only policies that a document speaks of
/// teams     <team>: the team's spec, and its services, jobs and secrets by name
/// derived   what follows from the rest and has no place of its own: oidcIssuer, untrustedCA, caCert,
///           domains, and appsElsewhere: apps that documents speak of, but that are not placed here
/// ```
/// The same documents make an equal tree, whatever their order.
package struct EffectiveValues: Sendable {
    /// The documents that the values were made of.
    package let selection: ClusterSelection
    package private(set) var tree: JSONValue
    /// What lies where in the tree, and of which layers it was made.
    private var nodes: [JSONPointer: LayeredDocument]
    private var derivedFrom: [JSONPointer: [String]] = [:]

    /// Layers `documents` for `cluster`: defaults, platform, its groups by rising priority and then name, its own.
    package init(cluster: ClusterIdentity, documents: [StoredDocument]) {
        self.init(DocumentIndex(documents).selection(for: cluster))
    }

    /// Layers the documents of `selection`.
    package init(_ selection: ClusterSelection) {
        self.selection = selection
        nodes = Dictionary(
            Layering.places(of: selection).map { (JSONPointer($0.place), $0.node) },
            uniquingKeysWith: { first, _ in first }
        )
        var layered = Layering.platform(selection.platformNodes, appsElsewhere: selection.appsElsewhere)
        var own = Layering.completed(selection.clusterNode) ?? .object([:])
        for (key, value) in selection.cluster.json.objectValue ?? [:] { own[key] = value }
        layered["cluster"] = own
        layered["teams"] = .object(
            Dictionary(selection.teams.map { ($0.name, $0.tree()) }, uniquingKeysWith: { first, _ in first })
        )
        var derivation = Derivation(layered)
        derivation.run()
        tree = derivation.tree
        derivedFrom = derivation.sources
        for key in ["name", "provider", "region", "labels"] {
            derivedFrom[JSONPointer(["cluster", key])] = ["the cluster's registration"]
        }
    }

    /// Where the value at `pointer` comes from; `nil` when nothing is there.
    ///
    /// For an object it is the highest layer that says something inside it.
    package func origin(at pointer: JSONPointer) -> Origin? {
        guard tree[pointer] != nil else { return nil }
        return layers(at: pointer).first?.origin ?? .builtIn
    }

    /// Where everything at and below `path` comes from, leaf by leaf.
    ///
    /// - Parameter path: a JSON Pointer (`/teams/demo/services/hello/port`), or the same with dots; a dot inside a name needs
    ///   no escape where it is clear from the values.
    /// - Returns: sorted by place; empty when nothing is there.
    package func explain(_ path: String) -> [Explanation] {
        guard let pointer = resolve(path), let value = tree[pointer] else { return [] }
        var result: [Explanation] = []
        collect(value, at: pointer, into: &result)
        return result.sorted { $0.pointer < $1.pointer }
    }

    /// The place that `path` means; `nil` when nothing is there.
    package func resolve(_ path: String) -> JSONPointer? {
        if path.isEmpty || path == "/" || path == "." { return .root }
        if path.hasPrefix("/") {
            guard let pointer = JSONPointer(path), tree[pointer] != nil else { return nil }
            return pointer
        }
        let words = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        return Self.resolve(words[...], in: tree).map { JSONPointer($0) }
    }

    private static func resolve(_ words: ArraySlice<String>, in value: JSONValue) -> [String]? {
        guard !words.isEmpty else { return [] }
        for count in 1...words.count {
            let key = words.prefix(count).joined(separator: ".")
            guard let child = value[JSONPointer([key])] else { continue }
            if let rest = resolve(words.dropFirst(count), in: child) { return [key] + rest }
        }
        return nil
    }

    private func collect(_ value: JSONValue, at pointer: JSONPointer, into result: inout [Explanation]) {
        if case .object(let members) = value, !members.isEmpty, !SecretMarker.isMarker(value) {
            for (key, member) in members { collect(member, at: pointer.appending(key), into: &result) }
            return
        }
        let layers = self.layers(at: pointer)
        result.append(
            Explanation(
                pointer: pointer,
                value: value,
                origin: layers.first?.origin ?? .builtIn,
                overridden: Array(layers.dropFirst()),
                document: node(above: pointer)?.node.id
            )
        )
    }

    /// The layers that say something at `pointer`, highest first.
    private func layers(at pointer: JSONPointer) -> [Explanation.Layer] {
        var result: [Explanation.Layer] = []
        if let places = derivedFrom[nearest: pointer] {
            let value = tree[pointer] ?? .null
            result.append(Explanation.Layer(origin: Origin(source: .derived(from: places)), value: value))
        }
        guard let (node, rest) = node(above: pointer) else { return result }
        for layer in node.layers.reversed() {
            guard let value = Self.said(by: layer.document.spec, at: rest.tokens[...]) else { continue }
            let origin = Origin(
                source: .document(layer.document.id.scope),
                revision: layer.revision,
                author: layer.author
            )
            result.append(Explanation.Layer(origin: origin, value: value))
        }
        return result
    }

    /// What `spec` says about a place: a value, or `null` when it removes the place or something above it.
    private static func said(by spec: JSONValue, at tokens: ArraySlice<String>) -> JSONValue? {
        guard let token = tokens.first else { return spec }
        switch spec {
        case .object(let members):
            guard let member = members[token] else { return nil }
            return said(by: member, at: tokens.dropFirst())
        case .array: return spec[JSONPointer(Array(tokens))]
        default: return .null
        }
    }

    private func node(above pointer: JSONPointer) -> (node: LayeredDocument, rest: JSONPointer)? {
        for count in stride(from: pointer.tokens.count, through: 1, by: -1) {
            if let node = nodes[JSONPointer(Array(pointer.tokens.prefix(count)))] {
                return (node, JSONPointer(Array(pointer.tokens.dropFirst(count))))
            }
        }
        return nil
    }
}

extension [JSONPointer: [String]] {
    /// The entry at `pointer` or at the nearest place above it.
    fileprivate subscript(nearest pointer: JSONPointer) -> [String]? {
        for count in stride(from: pointer.tokens.count, through: 1, by: -1) {
            if let entry = self[JSONPointer(Array(pointer.tokens.prefix(count)))] { return entry }
        }
        return nil
    }
}
