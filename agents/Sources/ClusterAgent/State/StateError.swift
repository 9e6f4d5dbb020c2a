import Glibc

/// A file of the state directory could not be read or written.
package struct StateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried, for example `write` or `create`.
    package let operation: String
    package let path: String
    /// The system's error number; 0 when the system did not fail but the content is wrong.
    package let code: Int32
    private let detail: String?

    package init(_ operation: String, _ path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
        detail = nil
    }

    package init(_ operation: String, _ path: String, because detail: String) {
        self.operation = operation
        self.path = path
        code = 0
        self.detail = detail
    }

    package var description: String {
        let reason = detail ?? String(cString: strerror(code))
        let hint =
            switch code {
            case ENOSPC, EDQUOT: "; free some space or choose another --state-dir"
            case EACCES, EROFS, EPERM, ENOTDIR: "; give the agent a directory it may write, with --state-dir"
            default: ""
            }
        return "state directory: cannot \(operation) \(path): \(reason)\(hint)"
    }
}
