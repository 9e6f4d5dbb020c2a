import Glibc

/// The process's memory.
enum Memory {
    private typealias Trim = @convention(c) (Int) -> Int32

    /// Gives memory that is free back to the system; after a large pass that is most of what the agent holds.
    static func trim() {
        // The module map of Glibc has no malloc.h, so the function is looked up by its name.
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(symbol, to: Trim.self)(0)
    }
}
