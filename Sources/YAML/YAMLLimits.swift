/// How much a text may ask for before it is refused.
package struct YAMLLimits: Hashable, Sendable {
    /// Sequences and mappings inside one another.
    package var maximumDepth: Int
    /// Values in the whole text, those that aliases repeat included: a few lines of aliases can mean billions of values.
    package var maximumNodes: Int
    package var maximumBytes: Int

    package init(maximumDepth: Int = 100, maximumNodes: Int = 2_000_000, maximumBytes: Int = 64 << 20) {
        self.maximumDepth = maximumDepth
        self.maximumNodes = maximumNodes
        self.maximumBytes = maximumBytes
    }
}
