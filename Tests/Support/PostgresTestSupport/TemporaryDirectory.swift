import Glibc

/// A folder of one test.
package struct TemporaryDirectory: Sendable {
    package let path: String

    /// How much memory must be free for a folder to be in it.
    private static let roomInMemory: UInt64 = 4 << 30

    /// Makes a folder; `inMemory` for one with very many files that come and go, where the machine has room for it.
    package init(prefix: String, inMemory: Bool = false) throws {
        let parent = inMemory && Self.hasRoomInMemory ? "/dev/shm" : "/tmp"
        var template = Array("\(parent)/\(prefix).XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) } != nil
        }
        guard made else { throw NoDirectory() }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static var hasRoomInMemory: Bool {
        var system = statvfs()
        guard statvfs("/dev/shm", &system) == 0 else { return false }
        return UInt64(system.f_bavail) * UInt64(system.f_frsize) >= roomInMemory
    }

    /// Removes the folder and everything in it.
    package func remove() {
        Self.remove(path)
    }

    private static func remove(_ path: String) {
        guard unlink(path) != 0 else { return }
        guard let directory = opendir(path) else { return }
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { remove("\(path)/\(name)") }
        }
        closedir(directory)
        rmdir(path)
    }

    private struct NoDirectory: Error {}
}
