import ClusterSimulator
import Glibc

/// Files of manifests, and the one file that the simulator writes.
enum ManifestFolder {
    /// Why a file could not be used.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Installs every manifest below a folder (`.yaml`, `.yml`, `.json`), definitions before anything else.
    ///
    /// - Throws: `Failure` naming the file that cannot be read or is refused.
    static func install(_ folder: String, in cluster: SimulatedCluster) throws {
        var manifests: [(file: String, bytes: [UInt8])] = []
        for file in try files(below: folder) { manifests.append((file, try read(file))) }
        do { try cluster.install(manifests: manifests) } catch { throw Failure(description: error.message) }
    }

    /// Writes a file that only its owner can read, in one movement.
    ///
    /// - Throws: `Failure` naming the file and the reason.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let temporary = path + ".new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot write", path) }
        let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        guard written == bytes.count, rename(temporary, path) == 0 else { throw failure("cannot write", path) }
    }

    private static func files(below folder: String) throws -> [String] {
        guard let handle = opendir(folder) else { throw failure("cannot open the folder", folder) }
        defer { closedir(handle) }
        var found: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            let path = "\(folder)/\(name)"
            if entry.pointee.d_type == UInt8(DT_DIR) {
                found += try files(below: path)
            } else if [".yaml", ".yml", ".json"].contains(where: name.hasSuffix) {
                found.append(path)
            }
        }
        return found.sorted()
    }

    private static func read(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { throw failure("cannot read", path) }
        defer { close(descriptor) }
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw failure("cannot read", path) }
            if count == 0 { return result }
            result += buffer[..<count]
        }
    }

    private static func failure(_ what: String, _ path: String) -> Failure {
        Failure(description: "\(what) \(path): \(String(cString: strerror(errno)))")
    }
}
