import Git
import HubStore
import JSON
import Values
import YAML

/// Documents as files of a repository's tree, and back.
enum MirrorTree {
    /// How much one push may change.
    static let pushLimits = GitTreeLimits(files: 10_000, bytesPerFile: 1 << 20, bytes: 16 << 20)

    /// The files that a revision writes and removes.
    static func changes(of revision: MirroredRevision, clusters: [RegisteredCluster]) -> [String: [UInt8]?] {
        var files: [String: [UInt8]?] = [:]
        for document in revision.put {
            files[ValuesTree.path(of: document.id)] = bytes(YAML.text(of: ValuesTree.content(of: document)))
        }
        for id in revision.deleted { files[ValuesTree.path(of: id)] = .some(nil) }
        files[ValuesTree.clustersFile] = bytes(YAML.text(of: ValuesTree.content(of: clusters)))
        return files
    }

    private static func bytes(_ text: String) -> [UInt8]? { Array(text.utf8) }

    /// Whether a file is one of the values' own, which the fleet's registry is not: documents are what a revision changes.
    static func isDocument(_ path: String) -> Bool { path != ValuesTree.clustersFile && ValuesTree.isOurs(path) }

    /// The documents that files hold.
    ///
    /// - Throws: `PushRefusal` with every file that holds something else.
    static func documents(in files: [String: [UInt8]]) throws(PushRefusal) -> [Document] {
        var documents: [Document] = []
        var faults: [Fault] = []
        for (path, bytes) in files {
            do { documents.append(try document(at: path, bytes)) } catch { faults.append(error.fault) }
        }
        guard faults.isEmpty else {
            throw PushRefusal("files of the push are no documents of the values", faults: faults)
        }
        return documents.sorted { $0.id < $1.id }
    }

    private struct Unreadable: Error {
        let fault: Fault
    }

    private static func document(at path: String, _ bytes: [UInt8]) throws(Unreadable) -> Document {
        do {
            let values = try YAML.documents(in: bytes, limits: YAMLLimits(maximumNodes: 200_000))
            return try ValuesTree.document(at: path, holding: values)
        } catch let error as YAMLError {
            throw Unreadable(fault: Fault(file: path, message: "YAML is expected: \(error)"))
        } catch let error as ValuesTree.FileFault {
            throw Unreadable(fault: error.fault)
        } catch {
            throw Unreadable(fault: Fault(file: path, message: "\(error)"))
        }
    }

    /// What the changed files of a push mean for the values.
    ///
    /// - Throws: `PushRefusal` with everything that is wrong with them.
    static func change(of files: [GitChange]) throws(PushRefusal) -> (put: [Document], deleted: [DocumentID]) {
        var faults: [Fault] = []
        var written: [String: [UInt8]] = [:]
        var deleted: [DocumentID] = []
        for file in files {
            if file.path == ValuesTree.clustersFile {
                faults.append(
                    Fault(
                        file: file.path,
                        message: "the hub writes this file: clusters are not made by a push",
                        hint: "take the file back as it was, and see otomi cluster add"
                    )
                )
            } else if let content = file.content {
                written[file.path] = content
            } else if let id = ValuesTree.id(at: file.path) {
                deleted.append(id)
            }
        }
        var documents: [Document] = []
        do { documents = try self.documents(in: written) } catch { faults += error.faults }
        faults += documents.flatMap(plaintextFaults)
        guard faults.isEmpty else {
            let count = faults.count == 1 ? "one fault" : "\(faults.count) faults"
            throw PushRefusal("the push has \(count); nothing was stored", faults: faults)
        }
        return (documents, deleted.sorted())
    }

    /// A secret that somebody wrote into the repository: it is there for ever, and must not become one that counts.
    private static func plaintextFaults(_ document: Document) -> [Fault] {
        SecretLeaves.pointers(in: document).compactMap { pointer in
            guard let leaf = document.spec[pointer], !SecretMarker.isMarker(leaf) else { return nil }
            return Fault(
                document: document.id,
                file: ValuesTree.path(of: document.id),
                pointer: pointer,
                message: "a secret in plaintext is in the repository, whose readers all have it now",
                hint: "use another one, write it with otomi apply, and leave the marker that the hub puts here"
            )
        }
    }
}
