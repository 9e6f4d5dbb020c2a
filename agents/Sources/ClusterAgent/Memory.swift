import Glibc

/// The process's memory.
enum Memory {
    private typealias Trim = @convention(c) (Int) -> Int32

    /// Gives back what only the work that is done now has needed: free memory, and pages of program text.
    ///
    /// Text is read from its file again where it is still needed. Starting touches most of it (relocation, the runtime's
    /// tables of conformances), waiting for news touches little.
    static func trim() {
        // The module map of Glibc has no malloc.h, so the function is looked up by its name.
        if let symbol = dlsym(nil, "malloc_trim") { _ = unsafeBitCast(symbol, to: Trim.self)(0) }
        for range in textRanges() {
            guard let start = UnsafeMutableRawPointer(bitPattern: range.lowerBound) else { continue }
            madvise(start, Int(range.upperBound - range.lowerBound), MADV_DONTNEED)
        }
    }

    /// Where files are mapped to be executed and never written: what was dropped there can only come back as it was.
    private static func textRanges() -> [Range<UInt>] {
        lines(of: "/proc/self/maps").compactMap { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard fields.count == 6, fields[1] == "r-xp", fields[5].hasPrefix("/") else { return nil }
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            return ends.count == 2 && ends[0] < ends[1] ? ends[0]..<ends[1] : nil
        }
    }

    private static func lines(of file: String) -> [Substring] {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }
}
