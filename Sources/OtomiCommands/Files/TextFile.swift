import JSON
import Values
import YAML

/// Files that hold values: YAML or JSON.
enum TextFile {
    /// A file that is neither, as a fault of that file.
    struct Unreadable: Error {
        let fault: Fault
    }

    /// Whether the name says YAML or JSON; a decrypted file of SOPS ends in `.dec`.
    static func isValues(_ path: String) -> Bool {
        let name = path.hasSuffix(".dec") ? path.dropLast(4) : path[...]
        return name.hasSuffix(".yaml") || name.hasSuffix(".yml") || name.hasSuffix(".json")
    }

    /// The documents in a file; an empty file has none.
    ///
    /// - Throws: `Unreadable` with the line and column of what is no YAML, or no JSON.
    static func values(_ bytes: [UInt8], file: String) throws(Unreadable) -> [JSONValue] {
        if file.hasSuffix(".json") {
            do throws(JSONError) { return [try JSONValue(parsing: bytes)] } catch {
                throw unreadable(file, "JSON is expected: \(error)")
            }
        }
        if let first = bytes.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "["),
            let json = try? JSONValue(parsing: bytes)
        {
            return [json]
        }
        do throws(YAMLError) { return try YAML.documents(in: bytes) } catch {
            throw unreadable(file, "YAML is expected: \(error)")
        }
    }

    private static func unreadable(_ file: String, _ message: String) -> Unreadable {
        Unreadable(fault: Fault(file: file, message: message))
    }
}
