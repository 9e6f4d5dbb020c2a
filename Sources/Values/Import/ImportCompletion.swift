import JSON

/// Holds the translated documents against their schemas, and says what became of everything.
struct ImportCompletion {
    private let repository: Repository
    private let translations: [Translation]
    private var documents: [Document] = []
    private var unplaced: Set<ImportUnplaced> = []
    private var faults: [Fault] = []
    /// Places of the repository that a schema knows to be secret.
    private var secretPlaces: Set<JSONPointer> = []
    private var leftPlaces: Set<JSONPointer> = []

    init(_ repository: Repository, _ translations: [Translation]) {
        self.repository = repository
        self.translations = translations
    }

    mutating func run(_ plan: inout ImportPlan) {
        var byID: [DocumentID: Translation] = [:]
        for translation in translations {
            let checked = check(translation)
            byID[checked.id] = checked
            documents.append(Document(id: checked.id, spec: checked.spec))
            for place in repository.places(of: checked.base)
            where checked.spec != .object([:]) || checked.id.kind == .team {
                plan.taken.append(ImportTaken(file: place.file, pointer: place.pointer, document: checked.id))
            }
        }
        mergeDuplicates()
        checkReferences(byID)
        checkSecretFiles()
        plan.documents = documents.sorted { $0.id < $1.id }
        plan.unplaced += unplaced
        plan.faults += faults
    }

    // MARK: - One document

    private mutating func check(_ translation: Translation) -> Translation {
        var translation = translation
        for leftover in translation.leftovers() { leave(leftover.pointer, because: leftover.reason) }
        let id = translation.id
        guard let schema = Schema.compiled(id.kind, name: id.name) else { return translation }
        let isPartial = id.scope.isOverlay && id.kind != .cluster
        var secrets = Set(SecretLeaves.pointers(in: Document(id: id, spec: translation.spec)))
        var reported: Set<JSONPointer> = []
        for fault in schema.faults(in: translation.spec, isPartial: isPartial) {
            let place = translation.origin(of: fault.pointer)
            if fault.keyword == "additionalProperties" {
                leave(
                    place,
                    because: "\(id.kind.rawValue) \(id.name) has no field '\(fault.pointer.tokens.last ?? "")'"
                )
                translation.remove(fault.pointer)
            } else if secrets.contains(fault.pointer) {
                // One unusable secret is one warning, however many rules it breaks.
                guard reported.insert(fault.pointer).inserted else { continue }
                add(.warning, place, fault.message, hint: "it was left out; set it once the documents are imported")
                translation.remove(fault.pointer)
                secrets.remove(fault.pointer)
                leftPlaces.insert(place)
            } else {
                add(.error, place, fault.message, hint: fault.hint)
            }
        }
        for secret in secrets { secretPlaces.insert(translation.origin(of: secret)) }
        return translation
    }

    /// Two parts of the repository can make one document, as the parts of v0.15's monitoring chart do.
    private mutating func mergeDuplicates() {
        var merged: [DocumentID: JSONValue] = [:]
        for document in documents {
            merged[document.id] = merged[document.id].map { Layers.merge([$0, document.spec]) } ?? document.spec
        }
        documents = merged.map { Document(id: $0.key, spec: $0.value) }
    }

    // MARK: - All documents

    private mutating func checkReferences(_ byID: [DocumentID: Translation]) {
        for fault in Validator.faults(across: documents, missingReferences: .warning) {
            guard let id = fault.document, let translation = byID[id] else { continue }
            add(fault.severity, translation.origin(of: fault.pointer), fault.message, hint: fault.hint, document: id)
        }
    }

    /// What stood in a file of secrets but is no secret by any schema would be kept in clear: that has to be said.
    private mutating func checkSecretFiles() {
        for source in repository.sources where source.isSecret {
            for leaf in source.tree.leaves where !leaf.value.isNull && leaf.value != .object([:]) {
                let isKnown = (0...leaf.pointer.tokens.count).contains { count in
                    let prefix = JSONPointer(Array(leaf.pointer.tokens.prefix(count)))
                    return secretPlaces.contains(prefix) || leftPlaces.contains(prefix)
                }
                guard !isKnown else { continue }
                faults.append(
                    Fault(
                        severity: .warning,
                        file: source.file,
                        pointer: source.original(leaf.pointer),
                        message:
                            "no secret is expected here; it becomes an ordinary value that readers of the document see"
                    )
                )
            }
        }
    }

    private mutating func leave(_ pointer: JSONPointer, because reason: String) {
        leftPlaces.insert(pointer)
        var places = repository.places(of: pointer)
        if places.isEmpty { places = [repository.place(of: pointer)] }
        for place in places {
            unplaced.insert(ImportUnplaced(file: place.file, pointer: place.pointer, reason: reason))
        }
    }

    private mutating func add(
        _ severity: Fault.Severity,
        _ pointer: JSONPointer,
        _ message: String,
        hint: String? = nil,
        document: DocumentID? = nil
    ) {
        let place = repository.place(of: pointer)
        faults.append(
            Fault(
                severity: severity,
                document: document,
                file: place.file,
                pointer: place.pointer,
                message: message,
                hint: hint
            )
        )
    }
}
