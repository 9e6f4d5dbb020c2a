/// What happened to one file between two trees.
package struct GitChange: Hashable, Sendable {
    package let path: String
    /// What it holds now; `nil` when it was removed.
    package let content: [UInt8]?

    package init(path: String, content: [UInt8]?) {
        self.path = path
        self.content = content
    }
}
