import JSON
import Values

/// Finds what is wrong between entries.
struct CatalogueCheck {
    let entries: [String: CatalogueEntry]
    /// The names of all entries, those included that cannot be read.
    let known: Set<String>

    var faults: [CatalogueFault] {
        var faults: [CatalogueFault] = []
        for (name, entry) in entries {
            if entry.enabled.reads(\.isClusterIdentity) {
                let message = "whether an app is on cannot follow from a cluster's name; use its provider or region"
                faults.append(CatalogueFault(entry: name, pointer: JSONPointer(["enabled"]), message: message))
            }
            for (index, dependency) in entry.dependsOn.enumerated() {
                guard let message = objection(to: dependency, of: entry) else { continue }
                let pointer = JSONPointer(["dependsOn", String(index)])
                faults.append(CatalogueFault(entry: name, pointer: pointer, message: message))
            }
        }
        if let cycle = DependencyCycle.first(in: entries.mapValues(\.dependsOn)), let name = cycle.first {
            let way = (cycle + [name]).joined(separator: " → ")
            let pointer = JSONPointer(["dependsOn"])
            faults.append(
                CatalogueFault(entry: name, pointer: pointer, message: "the dependencies go in a circle: \(way)")
            )
        }
        return faults
    }

    private func objection(to dependency: String, of entry: CatalogueEntry) -> String? {
        guard known.contains(dependency) else {
            let near = EditDistance.closest(to: dependency, in: known.sorted())
            return "there is no app '\(dependency)' in the catalogue" + (near.map { "; did you mean '\($0)'?" } ?? "")
        }
        guard entry.isCore, entries[dependency]?.classes.contains(.optional) == true else { return nil }
        return "'\(dependency)' can be switched off, so a core app cannot depend on it"
    }
}

/// Finds apps that need each other.
enum DependencyCycle {
    /// A circle, beginning with its first name in order; `nil` when there is none.
    static func first(in dependencies: [String: [String]]) -> [String]? {
        var done: Set<String> = []
        for name in dependencies.keys.sorted() {
            if let cycle = search(name, dependencies, [], &done) { return cycle }
        }
        return nil
    }

    private static func search(
        _ name: String,
        _ dependencies: [String: [String]],
        _ path: [String],
        _ done: inout Set<String>
    ) -> [String]? {
        if let start = path.firstIndex(of: name) {
            let cycle = Array(path[start...])
            let first = cycle.indices.min { cycle[$0] < cycle[$1] } ?? 0
            return Array(cycle[first...] + cycle[..<first])
        }
        guard !done.contains(name) else { return nil }
        for dependency in (dependencies[name] ?? []).sorted() {
            if let cycle = search(dependency, dependencies, path + [name], &done) { return cycle }
        }
        done.insert(name)
        return nil
    }
}
