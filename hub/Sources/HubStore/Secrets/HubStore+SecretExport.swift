package import Bundles
import JSON
import Postgres
package import Values

extension HubStore {
    /// What an export's secrets are sealed for, instead of a cluster.
    package static let exportPurpose = "otomi export"

    /// Every secret of the values, sealed to a key that the caller's owner holds; the audit log tells of it.
    ///
    /// - Parameters:
    ///   - key: whoever has its private half reads the secrets.
    ///   - revision: which values; `nil` is the latest.
    /// - Returns: sorted by document and place.
    /// - Throws: `StoreError.Code.undecipherable`, `.notFound` when there is no such revision.
    package func exportSecrets(to key: SealingPublicKey, at revision: Int64? = nil) async throws -> [SealedSecret] {
        let latest = try await latestRevision()
        let number = revision ?? latest
        guard (0...latest).contains(number) else { throw StoreError(.notFound, "revision \(number) does not exist") }
        let open = try await allDocuments(at: number, revealing: true).map(\.document)
        let closed = Dictionary(
            try await allDocuments(at: number).map { ($0.document.id, $0.document.spec) },
            uniquingKeysWith: { first, _ in first }
        )
        var secrets: [SealedSecret] = []
        for document in open {
            for pointer in SecretLeaves.pointers(in: document) {
                guard let leaf = document.spec[pointer],
                    let marker = closed[document.id]?[pointer].flatMap(SecretMarker.reference)
                else { continue }
                let context = SealingContext(
                    clusterID: Self.exportPurpose,
                    layer: SealedSecret.place(document.id, pointer)
                )
                let sealed: [UInt8]
                do { sealed = try key.seal(leaf.serialized(), context: context) } catch {
                    throw StoreError(.invalid, "the key for the export agrees on nothing: make another one")
                }
                secrets.append(
                    SealedSecret(
                        document: document.id,
                        pointer: pointer,
                        marker: marker,
                        sealed: Base64.encode(sealed)
                    )
                )
            }
        }
        let entry = AuditPlan<Void>.entry(
            named: "exportSecrets",
            "secrets of revision \(number)",
            detail: "\(secrets.count) sealed to \(key.base64)"
        )
        try await write("store.exportSecrets", "the export was not noted", audit: entry) { _ in }
        return secrets
    }
}
