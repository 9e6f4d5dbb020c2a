import Bundles
import Glibc
import JSON

/// The files that people keep their keys in: `FILE` with the private half, `FILE.pub` with the public one.
///
/// Both are JSON in the form of TUF's key objects (TUF specification 1.0, section 4.2); the private half stands beside the
/// public one as `keyval.private`.
enum TrustKeyFile {
    private static let limit = 16 << 10

    /// Makes a new key at `path`, readable by its owner alone, and its public half at `path.pub`.
    ///
    /// - Throws: `CommandFailure` when one of the files exists or cannot be written.
    static func make(_ key: SigningKey, at path: String) throws {
        var json = key.publicKey.metadataKey.json
        json["keyval"] = [
            "public": .string(Hexadecimal.encode(key.publicKey.bytes)),
            "private": .string(Hexadecimal.encode(key.rawBytes)),
        ]
        try NewFile.write(json.prettyText, to: path, mode: 0o600)
        try NewFile.write(key.publicKey.metadataKey.json.prettyText, to: "\(path).pub", mode: 0o644)
    }

    /// The public key in a `.pub` file.
    ///
    /// - Throws: `CommandFailure` when it cannot be read or is none; a file with a private half is refused.
    static func publicKey(at path: String) throws -> JSONValue {
        let json = try read(path)
        guard json["keyval"]?["private"] == nil else {
            throw CommandFailure(.usage, "\(path) holds a private key. Name its public half: \(path).pub")
        }
        guard let key = try? MetadataKey(json: json), key.publicKey != nil else { throw noKey(path) }
        return key.json
    }

    /// The private key in a file that nobody but its owner can read.
    ///
    /// - Throws: `CommandFailure` when it cannot be read, others can read it too, or it is none.
    static func signingKey(at path: String) throws -> SigningKey {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileReader.failure(path, errno) }
        guard status.st_mode & 0o077 == 0 else {
            throw CommandFailure(.usage, "others can read the key in \(path). Take that right away: chmod 600 \(path)")
        }
        let json = try read(path)
        guard let text = json["keyval"]?["private"]?.stringValue else {
            throw CommandFailure(.usage, "\(path) holds no private key. Name the file that otomi trust keygen made")
        }
        guard let bytes = Hexadecimal.decode(text), let key = try? SigningKey(rawBytes: bytes) else {
            throw noKey(path)
        }
        return key
    }

    private static func read(_ path: String) throws -> JSONValue {
        let bytes = try FileReader.read(path, limit: limit)
        do throws(JSONError) { return try JSONValue(parsing: bytes) } catch { throw noKey(path) }
    }

    private static func noKey(_ path: String) -> CommandFailure {
        CommandFailure(.invalid, "\(path) is no Ed25519 key. Make one: otomi trust keygen FILE")
    }
}
