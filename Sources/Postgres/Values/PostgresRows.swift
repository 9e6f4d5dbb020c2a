import CPostgres

/// The rows that a statement answered with, decoded when they are looked at.
package struct PostgresRows: RandomAccessCollection, Sendable {
    let result: PostgresResult
    package let startIndex = 0
    package let endIndex: Int

    init(_ result: PostgresResult) {
        self.result = result
        endIndex = Int(PQntuples(result.pointer))
    }

    package subscript(position: Int) -> PostgresRow {
        precondition(position >= 0 && position < endIndex, "row out of bounds")
        return PostgresRow(result: result, index: Int32(position))
    }

    /// How many rows the statement inserted, changed or deleted.
    package var affected: Int {
        PQcmdTuples(result.pointer).flatMap { Int(String(cString: $0)) } ?? 0
    }
}

/// One row.
package struct PostgresRow: Sendable {
    let result: PostgresResult
    let index: Int32

    /// The value in `column`, counted from 0.
    ///
    /// - Throws: `PostgresError.Code.decoding` when it is NULL or of another type.
    package func get<Value: PostgresDecodable>(
        _ column: Int,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        guard column >= 0, column < Int(PQnfields(result.pointer)) else {
            throw PostgresError(.decoding, "column \(column) does not exist in the result")
        }
        return try Value(cell: cell(Int32(column)))
    }

    /// The value in the column of that name.
    ///
    /// - Throws: `PostgresError.Code.decoding` when there is no such column, or it is NULL or of another type.
    package func get<Value: PostgresDecodable>(
        _ column: String,
        as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        let number = column.withCString { PQfnumber(result.pointer, $0) }
        guard number >= 0 else { throw PostgresError(.decoding, "column '\(column)' does not exist in the result") }
        return try Value(cell: cell(number))
    }

    private func cell(_ column: Int32) -> PostgresCell {
        let isNull = PQgetisnull(result.pointer, index, column) != 0
        let start = PQgetvalue(result.pointer, index, column)
        let count = Int(PQgetlength(result.pointer, index, column))
        return PostgresCell(
            result: result,
            column: column,
            type: PQftype(result.pointer, column),
            bytes: isNull ? nil : UnsafeRawBufferPointer(start: start, count: count)
        )
    }
}

/// Owns what libpq answered.
///
/// SAFETY of `@unchecked Sendable`: a `PGresult` is never changed after libpq has handed it out; the functions used on it
/// only read, and it is freed once, when the last reference is gone.
final class PostgresResult: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        PQclear(pointer)
    }
}
