/// Why something with a repository was not done.
package struct GitError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    package enum Code: String, Sendable, CaseIterable {
        /// There is no such object, reference or repository.
        case notFound
        /// A reference is not what it was expected to be: somebody else was faster.
        case modified
        /// What was read is nothing that may be here: a link, a strange path, no UTF-8.
        case invalid
        /// It is more than may be.
        case tooLarge
        /// The remote cannot be reached, or does not answer in its time.
        case unreachable
        /// The remote does not take these credentials, or there is no such repository for them.
        case denied
        /// The remote has commits that this push does not have.
        case behind
        /// The remote did not take the push, and says why.
        case rejected
        /// Anything else.
        case failed
    }

    package let code: Code
    /// What failed, on which object, and what to do next; never a credential.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether what was read is to blame: another try finds the same.
    package var isOfContent: Bool { code == .invalid || code == .tooLarge }

    package var description: String { "\(message) [\(code.rawValue)]" }
}
