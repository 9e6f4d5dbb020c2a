package import JSON

/// Everything that one cluster should run at one revision.
package struct Bundle: Hashable, Sendable {
    /// A layer that the cluster once had and must no longer have.
    package struct RemovedLayer: Hashable, Sendable, JSONRepresentable {
        package let name: String
        /// The first generation without it.
        package let generation: Int64

        package init(name: String, generation: Int64) {
            self.name = name
            self.generation = generation
        }

        /// Reads `{layer, generation}`.
        ///
        /// - Throws: `JSONError` when one is missing or the name is none of a layer.
        package init(json: JSONValue) throws(JSONError) {
            name = try json.required("layer")
            generation = try json.required("generation")
            guard LayerName.isValid(name) else { throw JSONError("is no name of a layer", at: JSONPointer(["layer"])) }
        }

        package var json: JSONValue { ["layer": .string(name), "generation": .integer(generation)] }
    }

    package let cluster: ClusterBinding
    /// Counts the bundles of this cluster; equal to the version of its targets and snapshot metadata.
    package let generation: Int64
    /// The revision of the values that it was compiled from.
    package let revision: Int64
    /// By wave, then by name.
    package let layers: [LayerReference]
    /// Every layer that was ever removed and has not come back, by name: an agent that was away for long still learns of it.
    package let removed: [RemovedLayer]
    package let directives: Directives

    package init(
        cluster: ClusterBinding,
        generation: Int64,
        revision: Int64,
        layers: [LayerReference],
        removed: [RemovedLayer],
        directives: Directives = .none
    ) {
        self.cluster = cluster
        self.generation = generation
        self.revision = revision
        self.layers = layers.sorted(by: Self.precedes)
        self.removed = removed.sorted { $0.name < $1.name }
        self.directives = directives
    }

    /// The bundle that follows `previous`: one generation on, with what it removed.
    package init(
        following previous: Bundle?,
        cluster: ClusterBinding,
        revision: Int64,
        layers: [LayerReference],
        directives: Directives = .none
    ) {
        let generation = (previous?.generation ?? 0) + 1
        let present = Set(layers.map(\.name))
        let gone = (previous?.layers ?? []).map { RemovedLayer(name: $0.name, generation: generation) }
        self.init(
            cluster: cluster,
            generation: generation,
            revision: revision,
            layers: layers,
            removed: ((previous?.removed ?? []) + gone).filter { !present.contains($0.name) },
            directives: directives
        )
    }

    /// The same bundle with a generation above `floor`; itself when it is above already.
    ///
    /// A hub that was restored from a backup must not give two bundles one generation.
    package func raised(above floor: Int64) -> Bundle {
        guard generation <= floor else { return self }
        let raised = floor + 1
        return Bundle(
            cluster: cluster,
            generation: raised,
            revision: revision,
            layers: layers,
            removed: removed.map {
                $0.generation == generation ? RemovedLayer(name: $0.name, generation: raised) : $0
            },
            directives: directives
        )
    }

    /// Reads a bundle from verified targets metadata.
    ///
    /// - Throws: `BundleError.malformed` when a field is missing, the totals differ, a layer is both there and removed, or
    ///   the generation is not the version.
    package init(_ metadata: TargetsMetadata) throws(BundleError) {
        do throws(JSONError) { try self.init(reading: metadata) } catch {
            throw BundleError(.malformed, "targets.json describes no bundle: \(error)")
        }
    }

    private init(reading metadata: TargetsMetadata) throws(JSONError) {
        guard let custom = metadata.custom else { throw JSONError("is required", at: JSONPointer(["custom"])) }
        var layers: [LayerReference] = []
        for (name, target) in metadata.targets {
            do throws(JSONError) { layers.append(try LayerReference(name: name, target: target)) } catch {
                throw error.inside(name).inside("targets")
            }
        }
        do throws(JSONError) {
            self.init(
                cluster: try ClusterBinding(json: custom),
                generation: try custom.required("generation"),
                revision: try custom.required("revision"),
                layers: layers,
                removed: try custom.required("removed"),
                directives: try custom.optional("directives") ?? .none
            )
            guard generation == metadata.version else {
                throw JSONError("differs from the version \(metadata.version)", at: JSONPointer(["generation"]))
            }
            guard try custom.required("layers", as: Int.self) == layers.count else {
                throw JSONError("\(layers.count) layers are listed", at: JSONPointer(["layers"]))
            }
            guard try custom.required("objects", as: Int.self) == objectCount else {
                throw JSONError("the layers hold \(objectCount) objects", at: JSONPointer(["objects"]))
            }
            let present = Set(layers.map(\.name))
            guard removed.allSatisfy({ !present.contains($0.name) }), Set(removed.map(\.name)).count == removed.count
            else {
                throw JSONError("a removed layer is still there, or is removed twice", at: JSONPointer(["removed"]))
            }
        } catch {
            throw error.inside("custom")
        }
    }

    /// How many objects its layers hold.
    package var objectCount: Int { layers.reduce(0) { $0 + $1.objectCount } }

    /// Whether it has the same layers as `other`, whatever the revision.
    package func hasSameLayers(as other: Bundle) -> Bool { layers == other.layers }

    /// Whether an agent that has `other` would learn nothing from it.
    package func saysTheSame(as other: Bundle) -> Bool {
        revision == other.revision && hasSameLayers(as: other) && directives == other.directives
    }

    /// The metadata that states it; expires at `expires` seconds.
    package func metadata(expires: Int64) -> TargetsMetadata {
        var custom = cluster.json
        custom["generation"] = generation.json
        custom["revision"] = revision.json
        custom["removed"] = removed.json
        custom["layers"] = layers.count.json
        custom["objects"] = objectCount.json
        if directives != .none { custom["directives"] = directives.json }
        return TargetsMetadata(
            version: generation,
            expires: expires,
            targets: Dictionary(layers.map { ($0.name, $0.target) }, uniquingKeysWith: { first, _ in first }),
            custom: custom
        )
    }

    private static func precedes(_ left: LayerReference, _ right: LayerReference) -> Bool {
        (left.wave, left.name) < (right.wave, right.name)
    }
}
