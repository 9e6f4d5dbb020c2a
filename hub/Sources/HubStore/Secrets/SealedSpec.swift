import JSON
import Values

/// A spec as the database has it: every secret leaf is `{"$sealed": "..."}`.
struct SealedSpec {
    static let key = "$sealed"

    let json: JSONValue

    /// Whether both have the same secrets and otherwise equal values, whatever keys the secrets are sealed under.
    func holdsSame(as other: SealedSpec) -> Bool { form == other.form }

    /// The spec with the names of its secrets in their places.
    private var form: JSONValue {
        Self.replace(json) { .object([Self.key: .string(SealedText.name(of: $0))]) }
    }

    /// The same spec with every secret under the key of today.
    ///
    /// - Throws: `StoreError.Code.undecipherable`.
    func renewed(_ cipher: SecretCipher, id: DocumentID) throws(StoreError) -> SealedSpec {
        SealedSpec(
            json: try Self.replace(json) { sealed throws(StoreError) in
                .object([Self.key: .string(try cipher.renewed(sealed, context: id.description))])
            }
        )
    }

    /// Replaces every sealed leaf: by its plaintext when `revealing`, else by a marker that refers to it.
    ///
    /// - Throws: `StoreError.Code.undecipherable`.
    func opened(_ cipher: SecretCipher, id: DocumentID, revealing: Bool) throws(StoreError) -> JSONValue {
        try Self.replace(json) { sealed throws(StoreError) in
            guard revealing else { return SecretMarker.marker(SealedText.name(of: sealed)) }
            return try Self.plaintext(of: sealed, cipher, id)
        }
    }

    /// Seals the secret leaves of `document`.
    ///
    /// A leaf that is equal to a stored one in its place keeps its ciphertext, so that an unchanged document stays equal; a
    /// marker stands for the stored leaf that it refers to, in that leaf's place and nowhere else. `kept` are the forms of
    /// the document that are stored, the closest first.
    ///
    /// - Throws: `StoreError.Code.invalid` for a marker that refers to nothing stored there, or a leaf that looks sealed
    ///   already.
    init(
        sealing document: Document,
        keeping kept: [SealedSpec],
        with cipher: SecretCipher
    ) throws(StoreError) {
        guard !Self.holdsSealed(document.spec) else {
            throw StoreError(
                .invalid,
                "\(document.id): '\(Self.key)' is reserved; write the secret, or leave its marker"
            )
        }
        var json = document.spec
        for pointer in SecretLeaves.pointers(in: document) {
            guard let leaf = json[pointer] else { continue }
            let sealed = try Self.seal(leaf, at: pointer, of: document.id, kept, cipher)
            do { try json.set(.object([Self.key: .string(sealed)]), at: pointer) } catch {
                throw StoreError(.invalid, "\(document.id): the secret at \(pointer) cannot be sealed: \(error)")
            }
        }
        self.json = json
    }

    /// As the other one, where one form is stored or none.
    init(sealing document: Document, keeping current: SealedSpec?, with cipher: SecretCipher) throws(StoreError) {
        try self.init(sealing: document, keeping: current.map { [$0] } ?? [], with: cipher)
    }

    init(json: JSONValue) {
        self.json = json
    }

    private static func seal(
        _ leaf: JSONValue,
        at pointer: JSONPointer,
        of id: DocumentID,
        _ kept: [SealedSpec],
        _ cipher: SecretCipher
    ) throws(StoreError) -> String {
        if let wanted = SecretMarker.reference(of: leaf) {
            for spec in kept {
                guard let stored = storedSecret(wanted, at: pointer.tokens[...], in: spec.json) else { continue }
                return try cipher.renewed(stored, context: id.description)
            }
            throw StoreError(
                .invalid,
                "\(id): the marker at \(pointer) refers to no secret that is stored there; write the secret itself"
            )
        }
        for spec in kept {
            if let stored = spec.json[pointer]?[key]?.stringValue, try holds(stored, leaf, cipher, id) {
                return try cipher.renewed(stored, context: id.description)
            }
        }
        return try cipher.seal(leaf.serialized(), context: id.description)
    }

    /// Whether the stored secret is this one; what cannot be opened is replaced by whatever is written.
    private static func holds(
        _ stored: String,
        _ leaf: JSONValue,
        _ cipher: SecretCipher,
        _ id: DocumentID
    ) throws(StoreError) -> Bool {
        do throws(StoreError) { return try plaintext(of: stored, cipher, id) == leaf } catch {
            guard error.code == .undecipherable else { throw error }
            return false
        }
    }

    /// The secret called `name` that is stored at this place, whatever the position in lists on the way.
    ///
    /// One of another place does not count: it could be moved to where it is sent to an address of the writer's choice.
    private static func storedSecret(_ name: String, at tokens: ArraySlice<String>, in value: JSONValue) -> String? {
        guard let token = tokens.first else {
            guard let sealed = value[key]?.stringValue, SealedText.name(of: sealed) == name else { return nil }
            return sealed
        }
        switch value {
        case .object(let members): return members[token].flatMap { storedSecret(name, at: tokens.dropFirst(), in: $0) }
        case .array(let elements):
            guard Int(token) != nil else { return nil }
            for element in elements {
                if let sealed = storedSecret(name, at: tokens.dropFirst(), in: element) { return sealed }
            }
            return nil
        default: return nil
        }
    }

    private static func plaintext(
        of sealed: String,
        _ cipher: SecretCipher,
        _ id: DocumentID
    ) throws(StoreError) -> JSONValue {
        let bytes = try cipher.open(sealed, context: id.description)
        do { return try JSONValue(parsing: bytes) } catch {
            throw StoreError(.undecipherable, "a secret of \(id) holds no JSON: write it again")
        }
    }

    private static func holdsSealed(_ value: JSONValue) -> Bool {
        switch value {
        case .object(let members): members[key] != nil || members.values.contains(where: holdsSealed)
        case .array(let elements): elements.contains(where: holdsSealed)
        default: false
        }
    }

    private static func replace<Failure: Error>(
        _ value: JSONValue,
        _ leaf: (String) throws(Failure) -> JSONValue
    ) throws(Failure) -> JSONValue {
        switch value {
        case .object(var members):
            if members.count == 1, let sealed = members[key]?.stringValue { return try leaf(sealed) }
            for (name, member) in members { members[name] = try replace(member, leaf) }
            return .object(members)
        case .array(var elements):
            for index in elements.indices { elements[index] = try replace(elements[index], leaf) }
            return .array(elements)
        default: return value
        }
    }
}
