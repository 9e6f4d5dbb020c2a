package import JSON
import Values

/// The apps that can run on a cluster.
package struct Catalogue: Sendable {
    /// Every entry by the name of its app.
    package let entries: [String: CatalogueEntry]

    /// The names of all apps, sorted.
    package var names: [String] { entries.keys.sorted() }

    package subscript(name: String) -> CatalogueEntry? { entries[name] }

    /// Reads entries by name.
    ///
    /// - Throws: `CatalogueError` with everything that is wrong in any of them and between them.
    package init(_ entries: [String: JSONValue]) throws(CatalogueError) {
        var read: [String: CatalogueEntry] = [:]
        var faults: [CatalogueFault] = []
        for (name, json) in entries {
            let found = Self.schema?.faults(in: json) ?? []
            faults += found.map { CatalogueFault(entry: name, pointer: $0.pointer, message: $0.message) }
            if !NameRule.of(.app).accepts(name) {
                faults.append(
                    CatalogueFault(entry: name, pointer: .root, message: "\(NameRule.of(.app).expectation) is expected")
                )
            }
            guard found.isEmpty else { continue }
            do throws(JSONError) { read[name] = try CatalogueEntry(name: name, json: json) } catch {
                faults.append(
                    CatalogueFault(entry: name, pointer: error.pointer ?? .root, message: error.message)
                )
            }
        }
        faults += CatalogueCheck(entries: read, known: Set(entries.keys)).faults
        guard faults.isEmpty else { throw CatalogueError(faults: faults.sorted()) }
        self.entries = read
    }

    private init() { entries = [:] }

    /// The apps that `name` needs, directly or not, sorted.
    package func dependencies(of name: String) -> [String] {
        var found: Set<String> = []
        var pending = entries[name]?.dependsOn ?? []
        while let next = pending.popLast() {
            guard next != name, found.insert(next).inserted else { continue }
            pending += entries[next]?.dependsOn ?? []
        }
        return found.sorted()
    }

    /// The apps that need `name` themselves, sorted.
    package func dependents(of name: String) -> [String] {
        entries.values.filter { $0.dependsOn.contains(name) }.map(\.name).sorted()
    }

    /// The JSON Schema of an entry.
    package static let entrySchema = (try? JSONValue(parsing: PackageResources.Entry_json)) ?? .object([:])

    private static let schema = try? CompiledSchema(entrySchema)
}

// MARK: - The embedded catalogue

extension Catalogue {
    /// The catalogue that this build carries; empty when it has faults.
    package static var embedded: Catalogue { loaded.catalogue }

    /// What is wrong with the embedded catalogue: nothing, or the build is broken.
    package static var embeddedFaults: [CatalogueFault] { loaded.faults }

    private static let loaded: (catalogue: Catalogue, faults: [CatalogueFault]) = {
        guard schema != nil else {
            let fault = CatalogueFault(entry: "-", pointer: .root, message: "the schema of entries cannot be read")
            return (Catalogue(), [fault])
        }
        do {
            let entries = try JSONValue(parsing: PackageResources.Catalogue_json).objectValue ?? [:]
            return (try Catalogue(entries), [])
        } catch let error as CatalogueError {
            return (Catalogue(), error.faults)
        } catch {
            return (Catalogue(), [CatalogueFault(entry: "-", pointer: .root, message: "\(error)")])
        }
    }()
}

/// One thing that is wrong with an entry.
package struct CatalogueFault: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let entry: String
    package let pointer: JSONPointer
    package let message: String

    package var description: String { "catalogue entry \(entry) at '\(pointer)': \(message)" }

    package static func < (left: CatalogueFault, right: CatalogueFault) -> Bool {
        (left.entry, left.pointer, left.message) < (right.entry, right.pointer, right.message)
    }
}

/// Why a catalogue cannot be used.
package struct CatalogueError: Error, Hashable, Sendable, CustomStringConvertible {
    package let faults: [CatalogueFault]

    package var description: String { faults.map(\.description).joined(separator: "\n") }
}
