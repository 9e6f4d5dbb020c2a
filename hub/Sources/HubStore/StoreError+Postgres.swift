import Postgres

extension StoreError {
    /// Gives an error of the database its place among the store's errors.
    ///
    /// `failure`: what could not be done, on which object.
    init(_ error: PostgresError, _ failure: String) {
        let code: Code =
            switch error.code {
            case .unavailable, .poolExhausted, .serialization, .timeout, .commitUnknown: .unavailable
            case .uniqueViolation: .alreadyExists
            case .foreignKeyViolation: .conflict
            case .invalidValue: .invalid
            case .refused, .decoding, .migration, .privateServer, .server: .internal
            }
        // A full disk and the like leave nothing behind, and pass: class 53 is the server's resources.
        let isShort = error.sqlState?.hasPrefix("53") ?? false
        let final = isShort ? .unavailable : code
        // What callers are told holds no SQL; the rest is for the log.
        let isForCallers = [.invalid, .alreadyExists, .conflict].contains(final)
        self.init(final, "\(failure): \(isForCallers ? error.message : error.description)")
    }
}
