import Glibc

/// The files of a folder and of the folders in it, read within bounds.
struct Folder {
    /// One file with its path below the folder.
    struct File: Hashable {
        let path: String
        let bytes: [UInt8]
    }

    /// How much a folder may hold.
    struct Limits {
        var files = 10_000
        var bytesPerFile = 4 << 20
        var bytes = 64 << 20
        var depth = 32
    }

    private(set) var files: [File] = []
    /// Symbolic links; they are not followed, since they may lead out of the folder or in circles.
    private(set) var links: [String] = []

    private let root: String
    private let limits: Limits
    private var size = 0

    /// Reads the folder at `root`, without `.git`; `wanted` says which files, by their paths below it.
    ///
    /// - Throws: `CommandFailure` when something cannot be read or a bound is passed.
    init(reading root: String, limits: Limits = Limits(), wanted: (String) -> Bool = { _ in true }) throws {
        self.root = root
        self.limits = limits
        try read("", depth: 0, wanted)
        files.sort { $0.path < $1.path }
        links.sort()
    }

    private mutating func read(_ folder: String, depth: Int, _ wanted: (String) -> Bool) throws {
        guard depth <= limits.depth else {
            throw CommandFailure(
                .invalid,
                "\(root)/\(folder) is nested deeper than \(limits.depth) folders, which is the limit"
            )
        }
        for name in try Self.names(in: folder.isEmpty ? root : "\(root)/\(folder)") where name != ".git" {
            let path = folder.isEmpty ? name : "\(folder)/\(name)"
            var status = stat()
            guard lstat("\(root)/\(path)", &status) == 0 else { throw FileReader.failure("\(root)/\(path)", errno) }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: try read(path, depth: depth + 1, wanted)
            case S_IFLNK: links.append(path)
            case S_IFREG where wanted(path): try add(path)
            default: break
            }
        }
    }

    private mutating func add(_ path: String) throws {
        guard files.count < limits.files else {
            throw CommandFailure(.invalid, "\(root) holds more than \(limits.files) files, which is the limit")
        }
        let bytes = try FileReader.read("\(root)/\(path)", limit: limits.bytesPerFile)
        size += bytes.count
        guard size <= limits.bytes else {
            throw CommandFailure(.invalid, "\(root) holds more than \(limits.bytes >> 20) MiB, which is the limit")
        }
        files.append(File(path: path, bytes: bytes))
    }

    /// What is in the folder at `path`, sorted.
    ///
    /// - Throws: `CommandFailure` when it cannot be read.
    static func names(in path: String) throws -> [String] {
        guard let stream = opendir(path) else { throw FileReader.failure(path, errno) }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: pointer.pointee)) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw FileReader.failure(path, errno) }
        return names.sorted()
    }
}
