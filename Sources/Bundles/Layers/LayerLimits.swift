/// How large a layer may be; the defaults are far above what an API server would take.
package struct LayerLimits: Sendable, Hashable {
    package var maximumBytes = 64 * 1024 * 1024
    /// One object; an API server refuses more than 1.5 MiB.
    package var maximumLineBytes = 2 * 1024 * 1024
    package var maximumObjects = 50_000

    package init() {}
}
