/// How much of a tree is read before it is refused.
package struct GitTreeLimits: Hashable, Sendable {
    package var files: Int
    package var bytesPerFile: Int
    package var bytes: Int
    package var depth: Int
    /// Names in all folders that are looked into, whether their files are wanted or not.
    package var entries: Int

    package init(
        files: Int = 50_000,
        bytesPerFile: Int = 4 << 20,
        bytes: Int = 256 << 20,
        depth: Int = 16,
        entries: Int = 500_000
    ) {
        self.files = files
        self.bytesPerFile = bytesPerFile
        self.bytes = bytes
        self.depth = depth
        self.entries = entries
    }
}
