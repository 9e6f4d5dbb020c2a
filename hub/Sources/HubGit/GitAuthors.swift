import Concurrency
import Git
import HubStore

/// Whom the hub knows by a name, and Git by a name and an address.
struct GitAuthors {
    private static let placeholder = "{name}"
    private static let foreign = "git:"

    let pattern: String

    /// Who commits in the hub's name.
    static func committer(at time: UnixTime) -> GitSignature {
        GitSignature(name: "Otomi", email: "hub@otomi.invalid", time: time)
    }

    /// The author of a mirrored revision.
    ///
    /// The address follows from the name alone, so that the same revision is the same commit whatever people have changed
    /// about themselves since.
    func signature(of author: String, at time: UnixTime) -> GitSignature {
        if author.hasPrefix(Self.foreign) {
            let email = String(author.dropFirst(Self.foreign.count))
            return GitSignature(name: email, email: email, time: time)
        }
        let local = String(author.map { $0.isLetter || $0.isNumber || "-_.+".contains($0) ? $0 : "-" })
        return GitSignature(name: author, email: pattern.replacing(Self.placeholder, with: local), time: time)
    }

    /// The name that a revision made of a push carries: of a person whom the hub knows by that address, else the address.
    ///
    /// Git proves neither; whoever may push to the branch may change the values.
    func name(of signature: GitSignature, in store: HubStore) async throws -> String {
        if let name = try await store.personName(email: signature.email) { return name }
        let parts = pattern.split(separator: Self.placeholder, maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2, signature.email.hasPrefix(parts[0]), signature.email.hasSuffix(parts[1]),
            signature.email.utf8.count > parts[0].utf8.count + parts[1].utf8.count,
            self.signature(of: signature.name, at: signature.time).email == signature.email,
            try await store.hasPerson(signature.name)
        {
            return signature.name
        }
        return String("\(Self.foreign)\(signature.email)".prefix(200))
    }
}
