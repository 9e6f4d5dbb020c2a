import Values
import YAML

/// A values repository on disk, turned into an import plan.
struct ValuesRepository {
    let plan: ImportPlan
    /// How many files were read.
    let fileCount: Int

    /// Reads the repository at `path`.
    ///
    /// - Throws: `CommandFailure` when something cannot be read.
    init(reading path: String) throws {
        guard try FileReader.isFolder(path) else {
            throw CommandFailure(.usage, "\(path) is a file; the folder of a values repository is expected")
        }
        let folder = try Folder(reading: path)
        var plan = RepositoryImport.plan(
            files: Dictionary(folder.files.map { ($0.path, $0.bytes) }, uniquingKeysWith: { first, _ in first }),
            reading: { bytes in try YAML.documents(in: bytes) }
        )
        plan.faults += folder.links.map {
            Fault(severity: .warning, file: $0, message: "it is a symbolic link, which is not followed")
        }
        plan.faults.sort()
        self.plan = plan
        self.fileCount = folder.files.count
    }

    /// Whether the files look like a values repository instead of a folder of documents.
    static func isRepository(_ path: String) throws -> Bool {
        guard try FileReader.isFolder(path) else { return false }
        let marks: Set = ["env/cluster.yaml", "env/settings.yaml", "env/teams.yaml", "cluster.yaml", "settings.yaml"]
        return try !Folder(reading: path, wanted: marks.contains).files.isEmpty
    }
}
