import CJemalloc

/// The memory of a program that links this room: jemalloc gives it out, in place of the C library.
package enum ProcessHeap {
    /// Lets threads of its own give back what has been free for ten seconds; otherwise it stays until more is asked for.
    ///
    /// To be called once, before there is much.
    ///
    /// - Returns: whether they run.
    @discardableResult
    package static func giveBackFreeMemory() -> Bool {
        var isWanted = true
        return mallctl("background_thread", nil, nil, &isWanted, MemoryLayout<Bool>.size) == 0
    }
}
