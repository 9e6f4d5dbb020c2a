import Bundles
import Glibc
import JSON
import Values

/// The secrets of an export, opened with their owner's key.
struct SecretsFile {
    private static let limit = 64 << 20
    /// What the hub seals an export for, instead of a cluster.
    private static let purpose = "otomi export"

    /// By document, place and marker.
    private var secrets: [String: JSONValue] = [:]

    /// Reads and opens the file at `path` with the key in the file at `keyPath`.
    ///
    /// - Throws: `CommandFailure` when one cannot be read, others can read the key, or a secret does not open with it.
    init(at path: String, key keyPath: String) throws {
        let key = try Self.key(at: keyPath)
        let values = try TextFile.values(try FileReader.read(path, limit: Self.limit), file: path)
        guard let list = values.first?["secrets"]?.arrayValue else {
            throw CommandFailure(
                .invalid,
                "\(path) holds no secrets of an export; otomi-hub secrets export writes them"
            )
        }
        for element in list {
            let secret: SealedSecret
            do throws(JSONError) { secret = try SealedSecret(json: element) } catch {
                throw CommandFailure(.invalid, "\(path): \(error)")
            }
            let place = SealedSecret.place(secret.document, secret.pointer)
            guard let sealed = Base64.decode(secret.sealed),
                let bytes = try? key.open(sealed, context: SealingContext(clusterID: Self.purpose, layer: place)),
                let value = try? JSONValue(parsing: bytes)
            else {
                throw CommandFailure(
                    .invalid,
                    "\(path): the secret of \(place) does not open with the key in \(keyPath)"
                )
            }
            secrets["\(place) \(secret.marker)"] = value
        }
    }

    /// The secret that a marker in a document stands for.
    func secret(of document: DocumentID, at pointer: JSONPointer, marker: String) -> JSONValue? {
        secrets["\(SealedSecret.place(document, pointer)) \(marker)"]
    }

    private static func key(at path: String) throws -> SealingKeyPair {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileReader.failure(path, errno) }
        guard status.st_mode & 0o077 == 0 else {
            throw CommandFailure(.usage, "others can read the key in \(path). Take that right away: chmod 600 \(path)")
        }
        let text = String(decoding: try FileReader.read(path, limit: 4 << 10), as: UTF8.self)
        guard let bytes = text.split(whereSeparator: \.isNewline).first.flatMap({ Base64.decode(String($0)) }),
            let key = try? SealingKeyPair(rawBytes: bytes)
        else {
            throw CommandFailure(.usage, "\(path) holds no key for an export; otomi secrets keygen makes one")
        }
        return key
    }
}
