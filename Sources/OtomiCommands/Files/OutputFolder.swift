import Glibc

/// A folder that holds exactly what the last run wrote, and says so in a file of its own.
struct OutputFolder {
    /// Who writes the folder; another command's is refused.
    enum Writer: String {
        case template
        case export
    }

    private static let markerLimit = 64 << 20

    let root: String
    private let writer: Writer
    /// Whether what is written is its owner's alone.
    private let isPrivate: Bool
    /// Lists the files that are ours, one path a line.
    private var markerName: String { ".otomi-\(writer)" }

    /// What is being written; no file of ours has the name.
    private var draftName: String { "\(markerName).new" }

    private var fileMode: mode_t { isPrivate ? 0o600 : 0o666 }
    private var folderMode: mode_t { isPrivate ? 0o700 : 0o777 }

    /// The folder at `root`, which need not exist yet.
    init(at root: String, writtenBy writer: Writer = .template, isPrivate: Bool = false) {
        self.root = root
        self.writer = writer
        self.isPrivate = isPrivate
    }

    /// Writes `files`, whose keys are paths below the folder, and removes what an earlier run wrote besides.
    ///
    /// The list of what is ours is written first, so that a run that was cut short leaves nothing that the next one does
    /// not know.
    ///
    /// - Returns: how many stale files were removed.
    /// - Throws: `CommandFailure` when the folder is not ours, or something cannot be written.
    func replace(with files: [String: String]) throws -> Int {
        if let path = files.keys.sorted().first(where: { !isInside($0) }) {
            throw CommandFailure(.invalid, "'\(path)' leads out of the folder \(root); nothing was written")
        }
        let before = try prepare()
        let stale = before.subtracting(files.keys)
        try write(markerName, Self.list(before.union(files.keys)))
        for (path, text) in files.sorted(by: { $0.key < $1.key }) {
            try makeFolders(above: path)
            try write(path, text)
        }
        for path in stale.sorted() { try remove(path) }
        try write(markerName, Self.list(Set(files.keys)))
        return stale.count
    }

    /// The files that are ours already.
    private func prepare() throws -> Set<String> {
        if mkdir(root, folderMode) == 0 { return [] }
        guard errno == EEXIST else { throw failure(root, errno) }
        guard try FileReader.isFolder(root) else { throw CommandFailure(.usage, "\(root) is a file; name a folder") }
        var status = stat()
        guard lstat("\(root)/\(markerName)", &status) == 0 else {
            // A clone of an empty repository will do.
            guard try Folder.names(in: root).allSatisfy({ $0 == ".git" || $0 == draftName }) else {
                throw CommandFailure(
                    .usage,
                    "\(root) is not empty and was not written by otomi \(writer); name a new or an empty folder"
                )
            }
            return []
        }
        let bytes = try FileReader.read("\(root)/\(markerName)", limit: Self.markerLimit)
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
        // A list that somebody edited must not lead out of the folder.
        return Set(lines.filter(isInside))
    }

    private func isInside(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return path != markerName && path != draftName
            && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }

    private static func list(_ paths: Set<String>) -> String {
        paths.sorted().map { "\($0)\n" }.joined()
    }

    // MARK: - Writing

    private func makeFolders(above path: String) throws {
        var folder = root
        for part in path.split(separator: "/").dropLast() {
            folder += "/\(part)"
            if mkdir(folder, folderMode) == 0 { continue }
            guard errno == EEXIST else { throw failure(folder, errno) }
            // A link in its place would lead the files out of the folder.
            guard Self.kind(of: folder) == S_IFDIR else { throw failure(folder, ENOTDIR) }
        }
    }

    /// Writes a file whole or not at all: whoever reads it meanwhile sees the old one.
    private func write(_ path: String, _ text: String) throws {
        let place = "\(root)/\(path)"
        let draft = "\(root)/\(draftName)"
        // What stands in its place and is no file, such as a link, is somebody's.
        if let kind = Self.kind(of: place), kind != S_IFREG { throw failure(place, kind == S_IFDIR ? EISDIR : ELOOP) }
        unlink(draft)
        try writeDraft(draft, text)
        guard rename(draft, place) == 0 else { throw failure(place, errno) }
    }

    private func writeDraft(_ place: String, _ text: String) throws {
        let descriptor = open(place, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, fileMode)
        guard descriptor >= 0 else { throw failure(place, errno) }
        defer { close(descriptor) }
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(place, errno) }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Removes a file, and the folders that it leaves empty; not through a link in a folder's place.
    private func remove(_ path: String) throws {
        var folder = root
        for part in path.split(separator: "/").dropLast() {
            folder += "/\(part)"
            guard Self.kind(of: folder) == S_IFDIR else { return }
        }
        guard unlink("\(root)/\(path)") == 0 || errno == ENOENT || errno == ENOTDIR else {
            throw failure("\(root)/\(path)", errno)
        }
        var parts = path.split(separator: "/").dropLast()
        while !parts.isEmpty, rmdir("\(root)/\(parts.joined(separator: "/"))") == 0 { parts = parts.dropLast() }
    }

    /// Of what is there, links not followed; `nil` when nothing is.
    private static func kind(of path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    private func failure(_ path: String, _ number: Int32) -> CommandFailure {
        CommandFailure(.failure, "\(path) cannot be written: \(systemMessage(number))")
    }
}
