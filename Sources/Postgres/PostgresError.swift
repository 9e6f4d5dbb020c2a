/// Why PostgreSQL, or the way to it, failed.
package struct PostgresError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure a caller acts on.
    package enum Code: String, Sendable, CaseIterable {
        /// The server cannot be reached, or the connection broke.
        case unavailable
        /// No connection of the pool became free in time.
        case poolExhausted
        /// The server refused the credentials, or the database does not exist.
        case refused
        /// A unique constraint (23505).
        case uniqueViolation
        /// A foreign key (23503).
        case foreignKeyViolation
        /// A check or a value out of its type's range (23514, class 22).
        case invalidValue
        /// A serialization failure or deadlock that outlasted every retry (40001, 40P01).
        case serialization
        /// The statement timeout or a cancellation ended it (57014, 55P03).
        case timeout
        /// The connection broke during COMMIT: it is not known whether the transaction counts.
        case commitUnknown
        /// A column is missing or has another type than asked for.
        case decoding
        /// The schema is not what the program expects.
        case migration
        /// The private server cannot be run.
        case privateServer
        /// Any other error of the server.
        case server
    }

    package let code: Code
    /// What failed, and what to do next.
    package let message: String
    /// The five characters of SQLSTATE, when the server answered.
    package let sqlState: String?
    /// The constraint that was violated.
    package let constraint: String?
    package let detail: String?
    /// The SQL text; never the bound values.
    package let statement: String?
    /// Whether a prepared statement was closed behind our back (26000), or its table has changed since.
    let isOutOfDatePlan: Bool

    package init(
        _ code: Code,
        _ message: String,
        sqlState: String? = nil,
        constraint: String? = nil,
        detail: String? = nil,
        statement: String? = nil,
        isOutOfDatePlan: Bool = false
    ) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
        self.constraint = constraint
        self.detail = detail
        self.statement = statement
        self.isOutOfDatePlan = isOutOfDatePlan
    }

    /// Whether the same transaction may succeed when it is run again.
    package var isTransient: Bool { sqlState == "40001" || sqlState == "40P01" || isOutOfDatePlan }

    package var description: String {
        var text = message
        if let sqlState { text += " [\(sqlState)]" }
        if let detail { text += " (\(detail))" }
        if let statement { text += " in: \(statement)" }
        return text
    }

    static func code(sqlState: String) -> Code {
        switch sqlState {
        case "23505": .uniqueViolation
        case "23503": .foreignKeyViolation
        case "40001", "40P01": .serialization
        case "57014", "55P03", "25P03": .timeout
        case "3D000": .refused
        case "53300": .unavailable
        default:
            switch sqlState.prefix(2) {
            case "08": .unavailable
            case "57": .unavailable
            case "28": .refused
            case "22", "23": .invalidValue
            default: .server
            }
        }
    }
}
