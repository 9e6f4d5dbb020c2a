import JSON
import Values

/// A folder that `otomi export` wrote, or a clone of a mirrored repository, turned into an import plan.
struct ExportedTree {
    private(set) var plan = ImportPlan()
    /// How many files were read.
    let fileCount: Int

    /// Whether a folder holds documents where an export has them.
    static func isOne(_ path: String) throws -> Bool {
        guard try FileReader.isFolder(path) else { return false }
        return try !Folder(reading: path, wanted: { ValuesTree.id(at: $0) != nil }).files.isEmpty
    }

    /// Reads the tree at `path`.
    ///
    /// A marker stands for a secret that only the hub has which wrote it.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - secrets: what markers stand for.
    ///   - leavingOutSecrets: whether a marker of which that is unknown goes; otherwise it stays.
    ///   - session: where the files are read.
    /// - Throws: `CommandFailure` when something cannot be read.
    init(
        reading path: String,
        secrets: SecretsFile? = nil,
        leavingOutSecrets: Bool,
        in session: Session
    ) throws {
        var loaded = try LoadedDocuments(reading: [path], in: session)
        loaded.validate()
        fileCount = loaded.documents.count + (loaded.clusters.isEmpty ? 0 : 1)
        plan.documents = loaded.documents
        plan.clusters = loaded.clusters.map { cluster in
            ImportedCluster(
                name: cluster.identity.name,
                provider: cluster.identity.provider,
                region: cluster.identity.region,
                labels: cluster.identity.labels,
                domain: cluster.domain,
                file: ValuesTree.clustersFile
            )
        }
        plan.taken = loaded.documents.map {
            ImportTaken(file: loaded.files[$0.id] ?? path, document: $0.id)
        }.sorted()
        plan.faults = loaded.faults
        if let secrets { putIn(secrets) }
        if leavingOutSecrets { leaveOutSecrets(loaded) }
        plan.faults.sort()
    }

    private mutating func putIn(_ secrets: SecretsFile) {
        for index in plan.documents.indices {
            let document = plan.documents[index]
            for pointer in SecretLeaves.pointers(in: document) {
                guard let marker = document.spec[pointer].flatMap(SecretMarker.reference),
                    let secret = secrets.secret(of: document.id, at: pointer, marker: marker)
                else { continue }
                // The place is there: it was just read.
                try? plan.documents[index].spec.set(secret, at: pointer)
            }
        }
    }

    private mutating func leaveOutSecrets(_ loaded: LoadedDocuments) {
        for index in plan.documents.indices {
            let document = plan.documents[index]
            // From the last place to the first, so that a list's elements stay where they are.
            for pointer in SecretLeaves.pointers(in: document).reversed() {
                guard let leaf = document.spec[pointer], SecretMarker.isMarker(leaf) else { continue }
                plan.documents[index].spec = Self.without(pointer.tokens[...], in: plan.documents[index].spec)
                plan.faults.append(
                    loaded.withFile(
                        Fault(
                            severity: .warning,
                            document: document.id,
                            pointer: pointer,
                            message: "the secret is left out",
                            hint: "write it with otomi apply"
                        )
                    )
                )
            }
        }
    }

    /// The value without what is at a place in it.
    private static func without(_ place: ArraySlice<String>, in value: JSONValue) -> JSONValue {
        guard let token = place.first else { return value }
        switch value {
        case .object(var members):
            members[token] = place.count == 1 ? nil : members[token].map { without(place.dropFirst(), in: $0) }
            return .object(members)
        case .array(var elements):
            guard let index = Int(token), elements.indices.contains(index) else { return value }
            if place.count == 1 {
                elements.remove(at: index)
            } else {
                elements[index] = without(place.dropFirst(), in: elements[index])
            }
            return .array(elements)
        default: return value
        }
    }
}
