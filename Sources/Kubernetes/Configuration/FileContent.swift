import Glibc

/// Small files, read whole.
enum FileContent {
    private static let maximumBytes = 16 << 20

    /// The bytes of the file at `path`.
    ///
    /// - Throws: `KubernetesError` with code `configuration`, naming the file and what the system says.
    static func read(_ path: String) throws(KubernetesError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path) }
            guard count > 0 else { return content }
            content += buffer[..<count]
            guard content.count <= maximumBytes else {
                throw KubernetesError(.configuration, "\(path) is larger than \(maximumBytes) bytes")
            }
        }
    }

    private static func unreadable(_ path: String) -> KubernetesError {
        KubernetesError(.configuration, "\(path) cannot be read: \(String(cString: strerror(errno)))")
    }
}
