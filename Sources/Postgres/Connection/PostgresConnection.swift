import CPostgres
import Concurrency
import Dispatch
import Glibc
package import Logging

/// One connection to PostgreSQL.
///
/// libpq blocks, so the actor runs on a queue of its own and its methods are synchronous: a unit of work handed to
/// `perform` runs from its first statement to its last without giving the connection away, and without changing threads.
package actor PostgresConnection {
    private let executor: SerialQueueExecutor
    private let handle: ConnectionHandle
    private let canceller: Canceller
    private var statements = StatementCache()
    private let usesPreparedStatements: Bool
    /// Whether prepared statements have stopped to fit, in a transaction: another connection must take it up.
    private var isOutOfDate = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// libpq's handle, for the extensions that send and receive.
    var pointer: OpaquePointer { handle.pointer }

    private init(executor: SerialQueueExecutor, handle: ConnectionHandle, usesPreparedStatements: Bool) {
        self.executor = executor
        self.handle = handle
        self.usesPreparedStatements = usesPreparedStatements
        canceller = Canceller(of: handle.pointer)
    }

    /// Opens a connection.
    ///
    /// - Throws: `PostgresError` with one line that names the database.
    package static func connect(
        _ configuration: PostgresConfiguration,
        logger: Logger
    ) async throws(PostgresError) -> PostgresConnection {
        let executor = SerialQueueExecutor(label: "otomi.postgres")
        let opened: Result<ConnectionHandle, PostgresError> = await withCheckedContinuation { continuation in
            executor.queue.async {
                continuation.resume(returning: open(configuration, logger: logger))
            }
        }
        return PostgresConnection(
            executor: executor,
            handle: try opened.get(),
            usesPreparedStatements: configuration.usesPreparedStatements
        )
    }

    private static func open(
        _ configuration: PostgresConfiguration,
        logger: Logger
    ) -> Result<ConnectionHandle, PostgresError> {
        let timeout = max(1, configuration.connectTimeout.components.seconds)
        let milliseconds = configuration.statementTimeout.wholeMilliseconds
        let defaults = [
            ("application_name", "otomi-hub"), ("client_encoding", "UTF8"), ("connect_timeout", String(timeout)),
            ("tcp_user_timeout", "15000"), ("keepalives_idle", "15"),
            ("keepalives_interval", "5"), ("keepalives_count", "3"),
            (
                "options",
                "-c statement_timeout=\(milliseconds) -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
                    // Statements are run thousands of times with other values: planning each time costs more than running.
                    + " -c plan_cache_mode=force_generic_plan"
            ),
        ]
        let parameters = defaults + configuration.parameters.map { ($0.key, $0.value) }
        let keys = parameters.map { strdup($0.0) }
        let values = parameters.map { strdup($0.1) }
        defer { for text in keys + values { free(text) } }
        let keyArray = keys.map { UnsafePointer($0) } + [nil]
        let valueArray = values.map { UnsafePointer($0) } + [nil]
        guard let pointer = PQconnectdbParams(keyArray, valueArray, 1) else {
            return .failure(PostgresError(.unavailable, "out of memory while connecting to \(configuration.place)"))
        }
        let handle = ConnectionHandle(pointer, logger: logger)
        guard PQstatus(pointer) == CONNECTION_OK else {
            return .failure(connectError(pointer, configuration))
        }
        return .success(handle)
    }

    private static func connectError(_ pointer: OpaquePointer, _ configuration: PostgresConfiguration) -> PostgresError
    {
        let text = oneLine(PQerrorMessage(pointer))
        // libpq gives no SQLSTATE for a failed start-up, so its fixed texts are what there is.
        let isRefusal = ["password", "no pg_hba.conf entry", "does not exist", "role \""].contains { word in
            text.contains("FATAL") && text.contains(word)
        }
        return PostgresError(
            isRefusal ? .refused : .unavailable,
            "cannot connect to PostgreSQL (\(configuration.place)): \(text)"
        )
    }

    static func oneLine(_ message: UnsafePointer<CChar>?) -> String {
        guard let message else { return "no reason given" }
        return String(cString: message).split(whereSeparator: \.isNewline)
            .map { $0.drop { $0 == " " || $0 == "\t" } }.joined(separator: " ")
    }
}

// MARK: - Units of work

extension PostgresConnection {
    /// What a unit of work came to, and whether the connection can serve another one.
    struct Outcome<Value: Sendable>: Sendable {
        /// `nil` when the connection was found dead before the work began, so that it can be done elsewhere.
        let result: Result<Value, any Error>?
        let isReusable: Bool
    }

    /// Runs `body` on the connection's own thread; nothing else uses the connection meanwhile.
    ///
    /// Cancelling the task cancels the running statement.
    ///
    /// - Throws: what `body` throws; `CancellationError` when the task was cancelled.
    package nonisolated func perform<Value: Sendable>(
        _ body: @Sendable (isolated PostgresConnection) throws -> Value
    ) async throws -> Value {
        let outcome = await outcome(of: body)
        guard let result = outcome.result else {
            throw PostgresError(.unavailable, "the connection to PostgreSQL was lost")
        }
        return try result.get()
    }

    nonisolated func outcome<Value: Sendable>(
        of body: @Sendable (isolated PostgresConnection) throws -> Value
    ) async -> Outcome<Value> {
        if Task.isCancelled { return Outcome(result: .failure(CancellationError()), isReusable: true) }
        let unit = canceller.begin()
        defer { canceller.end(unit) }
        return await withTaskCancellationHandler {
            await run(body)
        } onCancel: {
            canceller.cancel(unit)
        }
    }

    private func run<Value: Sendable>(
        _ body: @Sendable (isolated PostgresConnection) throws -> Value
    ) -> Outcome<Value> {
        guard isAlive else { return Outcome(result: nil, isReusable: false) }
        do {
            let value = try body(self)
            return Outcome(result: .success(value), isReusable: settle())
        } catch {
            let isReusable = settle()
            if let error = error as? PostgresError, error.sqlState == "57014", canceller.wasUsed {
                return Outcome(result: .failure(CancellationError()), isReusable: isReusable)
            }
            return Outcome(result: .failure(error), isReusable: isReusable)
        }
    }

    /// Whether the server is still there, as far as the socket knows.
    private var isAlive: Bool {
        guard PQstatus(pointer) == CONNECTION_OK else { return false }
        var descriptor = pollfd(fd: PQsocket(pointer), events: Int16(POLLIN), revents: 0)
        // A server that goes says why first, so the end of the stream may come after something to read.
        while poll(&descriptor, 1, 0) > 0 {
            guard PQconsumeInput(pointer) == 1, PQstatus(pointer) == CONNECTION_OK else { return false }
        }
        return true
    }

    /// Ends what a unit of work left open.
    private func settle() -> Bool {
        guard PQstatus(pointer) == CONNECTION_OK, !canceller.wasUsed, !isOutOfDate else { return false }
        if PQtransactionStatus(pointer) != PQTRANS_IDLE {
            PQclear(PQexec(pointer, "ROLLBACK"))
        }
        return PQstatus(pointer) == CONNECTION_OK && PQtransactionStatus(pointer) == PQTRANS_IDLE
    }
}

// MARK: - Statements

extension PostgresConnection {
    /// Runs one statement.
    ///
    /// - Throws: `PostgresError` with the server's SQLSTATE and constraint.
    @discardableResult
    package func query(_ sql: SQL) throws(PostgresError) -> PostgresRows {
        let parameters = BoundParameters(sql.bindings)
        switch plan(for: sql.text) {
        case .unprepared:
            return try check(sendText(sql.text, parameters), sql.text)
        case .prepare(let name, let closing):
            if let closing { PQclear(PQexec(pointer, "DEALLOCATE \(closing)")) }
            let prepared = parameters.types.withUnsafeBufferPointer {
                PQprepare(pointer, name, sql.text, Int32($0.count), $0.baseAddress)
            }
            do { try check(prepared, sql.text) } catch {
                forget(sql.text)
                throw error
            }
            return try check(sendPrepared(name, parameters), sql.text)
        case .prepared(let name):
            do { return try check(sendPrepared(name, parameters), sql.text) } catch {
                guard error.isOutOfDatePlan, PQtransactionStatus(pointer) == PQTRANS_IDLE else { throw noting(error) }
                PQclear(PQexec(pointer, "DEALLOCATE ALL"))
                statements.forgetAll()
                return try check(sendText(sql.text, parameters), sql.text)
            }
        }
    }

    /// How a statement is to be sent.
    func plan(for text: String) -> StatementCache.Plan {
        usesPreparedStatements ? statements.plan(for: text) : .unprepared
    }

    /// Forgets a statement that could not be prepared.
    func forget(_ text: String) { statements.forget(text) }

    /// Takes note of an error that makes the connection unfit for more work.
    func noting(_ error: PostgresError) -> PostgresError {
        if error.isOutOfDatePlan { isOutOfDate = true }
        return error
    }

    /// Runs a script: many statements, no values, one implicit transaction.
    ///
    /// - Throws: `PostgresError` of the first statement that fails; none of them counts then.
    package func script(_ text: String) throws(PostgresError) {
        try check(PQexec(pointer, text), "a script")
    }

    /// Runs `body` between BEGIN and COMMIT; anything thrown rolls it back.
    ///
    /// - Throws: what `body` throws; `PostgresError.Code.commitUnknown` when the connection broke during COMMIT.
    package func transaction<Value>(
        _ level: IsolationLevel = .readCommitted,
        _ body: (isolated PostgresConnection) throws -> Value
    ) throws -> Value {
        try check(PQexec(pointer, level.begin), level.begin)
        let value: Value
        do { value = try body(self) } catch {
            PQclear(PQexec(pointer, "ROLLBACK"))
            throw error
        }
        do { try check(PQexec(pointer, "COMMIT"), "COMMIT") } catch {
            guard error.code == .unavailable else { throw error }
            throw PostgresError(
                .commitUnknown,
                "the connection broke while committing; whether the change was made is unknown: read before retrying"
            )
        }
        return value
    }

    private func sendText(_ text: String, _ parameters: BoundParameters) -> OpaquePointer? {
        parameters.withArrays { arrays in
            PQexecParams(
                pointer,
                text,
                arrays.count,
                arrays.types,
                arrays.values,
                arrays.lengths,
                arrays.formats,
                1
            )
        }
    }

    private func sendPrepared(_ name: String, _ parameters: BoundParameters) -> OpaquePointer? {
        parameters.withArrays { arrays in
            PQexecPrepared(pointer, name, arrays.count, arrays.values, arrays.lengths, arrays.formats, 1)
        }
    }

    /// Takes a result over.
    @discardableResult
    func check(_ result: OpaquePointer?, _ statement: String) throws(PostgresError) -> PostgresRows {
        guard let result else {
            throw PostgresError(.unavailable, "no answer from PostgreSQL: \(Self.oneLine(PQerrorMessage(pointer)))")
        }
        let owned = PostgresResult(result)
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return PostgresRows(owned)
        default: throw error(of: owned, statement)
        }
    }

    func error(of result: PostgresResult, _ statement: String) -> PostgresError {
        func field(_ code: Unicode.Scalar) -> String? {
            PQresultErrorField(result.pointer, Int32(code.value)).map { String(cString: $0) }
        }
        let sqlState = field("C")
        let isLost = PQstatus(pointer) != CONNECTION_OK
        let text = field("M") ?? Self.oneLine(PQresultErrorMessage(result.pointer))
        return PostgresError(
            isLost ? .unavailable : sqlState.map(PostgresError.code(sqlState:)) ?? .server,
            isLost ? "the connection to PostgreSQL was lost: \(text)" : text,
            sqlState: sqlState,
            constraint: field("n"),
            detail: nil,  // DETAIL repeats values, which may be secret
            statement: String(statement.prefix(200)),
            // The text of 0A000 is in the server's language and says many things; the routine says this one.
            isOutOfDatePlan: sqlState == "26000" || field("R") == "RevalidateCachedQuery"
        )
    }
}

/// How a transaction sees the others.
package enum IsolationLevel: String, Sendable {
    case readCommitted = "READ COMMITTED"
    case repeatableRead = "REPEATABLE READ"
    case serializable = "SERIALIZABLE"

    var begin: String { "BEGIN ISOLATION LEVEL \(rawValue)" }
}
