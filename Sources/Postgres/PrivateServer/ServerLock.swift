import Glibc

/// What a data directory's `postmaster.pid` says.
struct ServerLock: Equatable {
    let pid: pid_t
    let socketDirectory: String
    let isReady: Bool

    /// Reads the lock file of PostgreSQL 10 and newer: process, data directory, start time, port, socket directory, address,
    /// shared memory, state.
    init?(_ text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.reversed().drop { $0 == " " }.reversed())
        }
        guard let first = lines.first, let pid = pid_t(first), pid > 0 else { return nil }
        self.pid = pid
        socketDirectory = lines.count > 4 ? lines[4] : ""
        isReady = lines.count > 7 && lines[7] == "ready"
    }

    init?(dataDirectory: String) {
        guard let text = TextFile.read("\(dataDirectory)/postmaster.pid") else { return nil }
        self.init(text)
    }

    /// Whether that process is alive and is a PostgreSQL server on `dataDirectory`, not a stranger with the same number.
    func isServer(of dataDirectory: String) -> Bool {
        guard kill(pid, 0) == 0 || errno == EPERM else { return false }
        guard let command = TextFile.read("/proc/\(pid)/cmdline") else { return false }
        let words = command.split(separator: "\0").map(String.init)
        return (words.first ?? "").hasSuffix("postgres") && words.contains(dataDirectory)
    }
}

/// Small files of text.
enum TextFile {
    /// The last 64 KiB of the file's text; `nil` when it cannot be read.
    static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 65536)
        // A file of /proc has no end to seek to, and is read from its beginning.
        let length = lseek(descriptor, 0, SEEK_END)
        lseek(descriptor, max(0, length - buffer.count), SEEK_SET)
        var count = 0
        while count < buffer.count {
            let capacity = buffer.count - count
            let got = buffer.withUnsafeMutableBytes { bytes in
                Glibc.read(descriptor, bytes.baseAddress.map { $0 + count }, capacity)
            }
            guard got > 0 else { break }
            count += got
        }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// The last lines of a file, for an error message.
    static func tail(_ path: String, lines: Int) -> String {
        (read(path) ?? "").split(separator: "\n").suffix(lines).joined(separator: "; ")
    }
}
