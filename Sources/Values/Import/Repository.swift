import JSON

/// The files of a values repository merged into one tree, remembering which file said what.
///
/// Places are those of the v0.16 layout (`/apps/<name>`, `/teamConfig/<team>`); `place(of:)` translates them back.
struct Repository {
    /// One file that was read.
    struct Source {
        let file: String
        let tree: JSONValue
        let isSecret: Bool
        let hasCharts: Bool
        let hasTeamsLevel: Bool

        /// The place in the file itself.
        func original(_ pointer: JSONPointer) -> JSONPointer {
            var tokens = pointer.tokens
            if hasCharts, tokens.first == "apps" { tokens[0] = "charts" }
            if hasTeamsLevel, tokens.first == "teamConfig", tokens.count > 1 { tokens.insert("teams", at: 1) }
            return JSONPointer(tokens)
        }
    }

    private(set) var tree: JSONValue = .object([:])
    private(set) var sources: [Source] = []
    private(set) var faults: [Fault] = []
    private(set) var unplaced: [ImportUnplaced] = []
    /// Whether apps are called charts, as before v0.16.
    var hasCharts: Bool { sources.contains(where: \.hasCharts) }

    init(files: [String: [UInt8]], reading: (_ bytes: [UInt8]) throws -> [JSONValue]) {
        let layout = RepositoryLayout(paths: files.keys.sorted())
        unplaced = layout.unplaced
        if layout.files.isEmpty {
            faults.append(
                Fault(
                    message:
                        "no values repository: none of env/cluster.yaml, env/settings.yaml, env/teams.yaml, env/apps "
                        + "and env/charts is there",
                    hint: "name the folder that contains env"
                )
            )
        }
        for entry in layout.files { read(entry, files[entry.path] ?? [], reading) }
        for source in sources {
            reportConflicts(source)
            tree = Layers.merge([tree, source.tree])
        }
        tree = Layers.withoutRemoved(tree)
    }

    private mutating func read(
        _ entry: RepositoryLayout.File,
        _ bytes: [UInt8],
        _ reading: (_ bytes: [UInt8]) throws -> [JSONValue]
    ) {
        let documents: [JSONValue]
        do { documents = try reading(bytes) } catch {
            let message = "no readable YAML: \(error)"
            faults.append(Fault(file: entry.path, message: message, hint: "correct the file and import again"))
            return
        }
        guard documents.count <= 1 else {
            faults.append(Fault(file: entry.path, message: "one document is expected, found \(documents.count)"))
            return
        }
        guard let document = documents.first, !document.isNull else { return }
        guard case .object(var members) = document else {
            faults.append(Fault(file: entry.path, message: "an object is expected, found \(document.typeName)"))
            return
        }
        if members["sops"] != nil {
            let reason = "it is encrypted with SOPS; decrypt it beside (\(entry.path).dec) and import again"
            unplaced.append(ImportUnplaced(file: entry.path, pointer: .root, reason: reason))
            return
        }
        let hasCharts = members["charts"] != nil && members["apps"] == nil
        if hasCharts {
            members["apps"] = members["charts"]
            members["charts"] = nil
        }
        var hasTeamsLevel = false
        if let teams = members["teamConfig"]?["teams"], teams.objectValue != nil,
            members["teamConfig"]?["teams"]?["id"] == nil
        {
            members["teamConfig"] = teams
            hasTeamsLevel = true
        }
        sources.append(
            Source(
                file: entry.path,
                tree: .object(members),
                isSecret: entry.isSecret,
                hasCharts: hasCharts,
                hasTeamsLevel: hasTeamsLevel
            )
        )
    }

    /// Two plain files that disagree: the later one wins, but a person should know.
    private mutating func reportConflicts(_ source: Source) {
        guard !source.isSecret else { return }
        for (pointer, value) in source.tree.leaves {
            guard let earlier = tree[pointer], earlier != value, earlier.objectValue == nil else { continue }
            let other = place(of: pointer, before: source.file).file
            let message = "\(other) says something else about the same field"
            faults.append(
                Fault(
                    severity: .warning,
                    file: source.file,
                    pointer: source.original(pointer),
                    message: message,
                    hint: "this file was taken"
                )
            )
        }
    }

    /// The file that has the last word about `pointer`, and the place in it; for a place that no file has, the nearest above.
    func place(of pointer: JSONPointer, before end: String? = nil) -> (file: String, pointer: JSONPointer) {
        let candidates = sources.prefix { $0.file != end }
        for count in stride(from: pointer.tokens.count, through: 1, by: -1) {
            let prefix = JSONPointer(Array(pointer.tokens.prefix(count)))
            if let source = candidates.last(where: { $0.tree[prefix] != nil }) {
                return (source.file, source.original(pointer))
            }
        }
        return (sources.first?.file ?? "", pointer)
    }

    /// Every file that says something at or below `pointer`.
    func places(of pointer: JSONPointer) -> [(file: String, pointer: JSONPointer)] {
        sources.filter { $0.tree[pointer] != nil }.map { ($0.file, $0.original(pointer)) }
    }
}

/// Which files of a repository hold values, in the order in which they are merged.
struct RepositoryLayout {
    struct File {
        let path: String
        let isSecret: Bool
        let rank: Int
    }

    private(set) var files: [File] = []
    private(set) var unplaced: [ImportUnplaced] = []

    init(paths: [String]) {
        let known = Set(paths)
        for path in paths {
            guard let relative = Self.insideEnvironment(path), Self.isYAML(relative) else {
                add(path, "it is no file of values")
                continue
            }
            if !path.hasSuffix(".dec"), known.contains(path + ".dec") { continue }
            let plain = relative.hasSuffix(".dec") ? String(relative.dropLast(4)) : relative
            guard let rank = Self.rank(plain) else {
                add(path, "the layouts of v0.15 and v0.16 have no such file")
                continue
            }
            let isSecret = plain.split(separator: "/").last?.hasPrefix("secrets.") ?? false
            files.append(File(path: path, isSecret: isSecret, rank: rank + (isSecret ? 100 : 0)))
        }
        files.sort { ($0.rank, $0.path) < ($1.rank, $1.path) }
    }

    private mutating func add(_ path: String, _ reason: String) {
        unplaced.append(ImportUnplaced(file: path, pointer: .root, reason: reason))
    }

    /// The path below `env`; the folder `env` itself may have been named as the repository.
    private static func insideEnvironment(_ path: String) -> String? {
        if path.hasPrefix("env/") { return String(path.dropFirst(4)) }
        let first = path.split(separator: "/").first.map(String.init) ?? path
        return rank(path) != nil || ["apps", "charts", "teams"].contains(first) ? path : nil
    }

    private static func isYAML(_ path: String) -> Bool {
        [".yaml", ".yml", ".yaml.dec", ".yml.dec"].contains { path.hasSuffix($0) }
    }

    private static func rank(_ path: String) -> Int? {
        switch path {
        case "cluster.yaml": return 0
        case "settings.yaml", "secrets.settings.yaml": return 1
        case "teams.yaml", "secrets.teams.yaml": return 2
        case "policies.yaml": return 5
        default: break
        }
        let parts = path.split(separator: "/")
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "apps", "charts": return 3
        case "teams": return 4
        default: return nil
        }
    }
}

extension JSONValue {
    /// Every value that is no object with members, with its place, in a fixed order.
    var leaves: [(pointer: JSONPointer, value: JSONValue)] {
        var result: [(pointer: JSONPointer, value: JSONValue)] = []
        func collect(_ value: JSONValue, _ pointer: JSONPointer) {
            guard case .object(let members) = value, !members.isEmpty else {
                result.append((pointer, value))
                return
            }
            for (key, member) in members.sorted(by: { $0.key < $1.key }) { collect(member, pointer.appending(key)) }
        }
        collect(self, .root)
        return result
    }
}
