import JSON
import Values

/// The documents of files that a person wrote, with where each came from and everything that is wrong with them.
struct LoadedDocuments {
    private(set) var documents: [Document] = []
    private(set) var faults: [Fault] = []
    /// The clusters that `clusters.yaml` of a folder names.
    private(set) var clusters: [RegisteredCluster] = []
    private(set) var files: [DocumentID: String] = [:]

    init() {}

    /// Adds every document of one file: YAML or JSON, several documents or a list of them.
    mutating func add(_ bytes: [UInt8], file: String) {
        let values: [JSONValue]
        do {
            values = try TextFile.values(bytes, file: file)
        } catch {
            faults.append(error.fault)
            return
        }
        let elements = values.flatMap { $0.arrayValue ?? [$0] }.filter { !$0.isNull }
        for (index, element) in elements.enumerated() {
            add(element, file: elements.count > 1 ? "\(file)#\(index + 1)" : file)
        }
    }

    private mutating func add(_ value: JSONValue, file: String) {
        var value = value
        if value.objectValue != nil {
            // What `otomi get` prints besides the document itself, so that its output can be applied again.
            value["revision"] = nil
            value["author"] = nil
        }
        let document: Document
        do {
            document = try Document(json: value)
        } catch {
            faults.append(Fault(file: file, pointer: error.pointer ?? .root, message: error.message, hint: Self.hint))
            return
        }
        if let first = files[document.id] {
            faults.append(Fault(document: document.id, file: file, message: "is written in \(first) already"))
            return
        }
        files[document.id] = file
        documents.append(document)
    }

    private static let hint = "a document is {kind, scope, team, name, spec}; see otomi schema KIND"

    /// Checks every document by itself, and adds what is wrong.
    mutating func validate() {
        faults += documents.flatMap { Validator.faults(in: $0) }.map(withFile)
    }

    /// The fault with the file that its document came from.
    func withFile(_ fault: Fault) -> Fault {
        var fault = fault
        if fault.file == nil { fault.file = fault.document.flatMap { files[$0] } }
        return fault
    }

    var hasErrors: Bool { faults.contains { $0.severity == .error } }
}

extension LoadedDocuments {
    /// Reads the documents of files, folders, and of standard input for `-`.
    ///
    /// - Throws: `CommandFailure` when something cannot be read.
    init(reading paths: [String], in session: Session) throws {
        self.init()
        for path in paths {
            if path == "-" {
                add(try session.terminal.readAll(Self.inputLimit), file: "standard input")
            } else if try FileReader.isFolder(path) {
                for file in try Folder(reading: path, wanted: TextFile.isValues).files {
                    let place = path.hasSuffix("/") ? path + file.path : "\(path)/\(file.path)"
                    if file.path == ClusterList.fileName, let list = ClusterList(file.bytes, file: place) {
                        clusters += list.clusters
                        faults += list.faults
                    } else {
                        add(file.bytes, file: place)
                    }
                }
            } else {
                add(try FileReader.read(path, limit: Folder.Limits().bytesPerFile), file: path)
            }
        }
    }

    private static let inputLimit = 64 << 20
}
