package import Values

/// A revision with everything that a mirror needs of it.
package struct MirroredRevision: Hashable, Sendable {
    package let revision: Revision
    /// What it wrote, secrets as markers.
    package let put: [Document]
    package let deleted: [DocumentID]
}
