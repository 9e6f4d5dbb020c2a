import Glibc

/// Where PostgreSQL's programs are on this machine.
struct ServerBinaries {
    let initdb: String
    let postgres: String

    /// The oldest major version whose SQL the schema uses.
    static let minimumMajorVersion = 14

    /// Looks in `override`, in `PATH`, then in Debian's version directories, the newest first.
    ///
    /// - Throws: `PostgresError.Code.privateServer` when there is none.
    init(override: String? = nil, path: String? = getenv("PATH").map { String(cString: $0) }) throws(PostgresError) {
        var folders = override.map { [$0] } ?? []
        // Debian keeps `postgres` itself out of PATH, so `initdb` and `postgres` must be found side by side.
        folders += (path ?? "").split(separator: ":").map(String.init)
        folders += Self.versionDirectories()
        guard
            let folder = folders.first(where: { folder in
                access("\(folder)/initdb", X_OK) == 0 && access("\(folder)/postgres", X_OK) == 0
            })
        else {
            throw PostgresError(
                .privateServer,
                "PostgreSQL's programs 'initdb' and 'postgres' were not found: install PostgreSQL "
                    + "\(Self.minimumMajorVersion) or newer, or name a database with --database-url"
            )
        }
        initdb = "\(folder)/initdb"
        postgres = "\(folder)/postgres"
    }

    private static func versionDirectories() -> [String] {
        let root = "/usr/lib/postgresql"
        guard let directory = opendir(root) else { return [] }
        defer { closedir(directory) }
        var versions: [Int] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let version = Int(name), version >= minimumMajorVersion { versions.append(version) }
        }
        return versions.sorted(by: >).map { "\(root)/\($0)/bin" }
    }
}
