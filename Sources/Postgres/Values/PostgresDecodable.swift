package import Concurrency
import CPostgres
package import JSON

/// One value of a row, in its type's binary form.
package struct PostgresCell {
    let result: PostgresResult
    let column: Int32
    let type: UInt32
    /// The bytes, valid as long as `result` lives; `nil` is NULL.
    let bytes: UnsafeRawBufferPointer?

    func mismatch(_ wanted: String) -> PostgresError {
        let name = PQfname(result.pointer, column).map { String(cString: $0) } ?? String(column)
        let found = bytes == nil ? "NULL" : "type \(type)"
        return PostgresError(.decoding, "column '\(name)': \(wanted) was expected, found \(found)")
    }

    func require(_ wanted: String, _ types: UInt32...) throws(PostgresError) -> UnsafeRawBufferPointer {
        guard let bytes, types.contains(type) else { throw mismatch(wanted) }
        return bytes
    }

    func integer<Integer: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, as: Integer.Type) -> Integer {
        Integer(bigEndian: bytes.loadUnaligned(as: Integer.self))
    }
}

/// A type that a column can be read as.
package protocol PostgresDecodable {
    /// - Throws: `PostgresError.Code.decoding` when the column is NULL or of another type.
    init(cell: PostgresCell) throws(PostgresError)
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package init(cell: PostgresCell) throws(PostgresError) {
        self = cell.bytes == nil ? nil : try Wrapped(cell: cell)
    }
}

extension Bool: PostgresDecodable {
    package init(cell: PostgresCell) throws(PostgresError) {
        self = try cell.require("a boolean", TypeID.bool)[0] != 0
    }
}

extension Int64: PostgresDecodable {
    package init(cell: PostgresCell) throws(PostgresError) {
        let bytes = try cell.require("an integer", TypeID.int8, TypeID.int4, TypeID.int2)
        switch cell.type {
        case TypeID.int8: self = cell.integer(bytes, as: Int64.self)
        case TypeID.int4: self = Int64(cell.integer(bytes, as: Int32.self))
        default: self = Int64(cell.integer(bytes, as: Int16.self))
        }
    }
}

extension Int: PostgresDecodable {
    package init(cell: PostgresCell) throws(PostgresError) {
        self = Int(try Int64(cell: cell))
    }
}

extension Double: PostgresDecodable {
    package init(cell: PostgresCell) throws(PostgresError) {
        let bytes = try cell.require("a float", TypeID.float8, TypeID.float4)
        self =
            cell.type == TypeID.float8
            ? Double(bitPattern: cell.integer(bytes, as: UInt64.self))
            : Double(Float(bitPattern: cell.integer(bytes, as: UInt32.self)))
    }
}

extension String: PostgresDecodable {
    /// Every type whose binary form is its text can be read: text, varchar, name, json, enumerations; and jsonb.
    package init(cell: PostgresCell) throws(PostgresError) {
        guard let bytes = cell.bytes else { throw cell.mismatch("text") }
        switch cell.type {
        case TypeID.bool, TypeID.bytea, TypeID.int8, TypeID.int4, TypeID.int2, TypeID.float8, TypeID.float4,
            TypeID.timestamptz:
            throw cell.mismatch("text")
        case TypeID.jsonb: self = String(decoding: bytes.dropFirst(), as: UTF8.self)
        default: self = String(decoding: bytes, as: UTF8.self)
        }
    }
}

extension UnixTime: PostgresDecodable {
    package init(cell: PostgresCell) throws(PostgresError) {
        let microseconds = cell.integer(try cell.require("a moment", TypeID.timestamptz), as: Int64.self)
        let milliseconds = microseconds >= 0 ? microseconds / 1000 : (microseconds - 999) / 1000
        self.init(milliseconds: milliseconds + Self.postgresEpochMilliseconds)
    }
}

extension JSONValue: PostgresDecodable {
    package init(cell: PostgresCell) throws(PostgresError) {
        let bytes = try cell.require("JSON", TypeID.jsonb, TypeID.json)
        do {
            self = try JSONValue(parsing: Array(cell.type == TypeID.jsonb ? bytes.dropFirst() : bytes[...]))
        } catch {
            throw PostgresError(.decoding, "a JSON column cannot be read: \(error)")
        }
    }
}

/// `bytea`, and arrays of one dimension.
extension Array: PostgresDecodable where Element: PostgresDecodableElement {
    package init(cell: PostgresCell) throws(PostgresError) {
        self = try Element.elements(of: cell)
    }
}

/// What an array that is read may hold.
package protocol PostgresDecodableElement {
    static func elements(of cell: PostgresCell) throws(PostgresError) -> [Self]
}

extension UInt8: PostgresDecodableElement {
    package static func elements(of cell: PostgresCell) throws(PostgresError) -> [UInt8] {
        Array(try cell.require("bytes", TypeID.bytea))
    }
}

extension String: PostgresDecodableElement {
    package static func elements(of cell: PostgresCell) throws(PostgresError) -> [String] {
        try cell.elements("an array of text", TypeID.textArray).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension Int64: PostgresDecodableElement {
    package static func elements(of cell: PostgresCell) throws(PostgresError) -> [Int64] {
        try cell.elements("an array of integers", TypeID.int8Array).map { cell.integer($0, as: Int64.self) }
    }
}

extension Array: PostgresDecodableElement where Element == UInt8 {
    package static func elements(of cell: PostgresCell) throws(PostgresError) -> [[UInt8]] {
        try cell.elements("an array of bytes", TypeID.byteaArray).map { Array($0) }
    }
}

extension PostgresCell {
    /// The elements of an array of one dimension.
    func elements(_ wanted: String, _ arrayType: UInt32) throws(PostgresError) -> [UnsafeRawBufferPointer] {
        let bytes = try require(wanted, arrayType)
        var offset = 0
        func next() throws(PostgresError) -> Int {
            guard offset + 4 <= bytes.count else { throw mismatch(wanted) }
            defer { offset += 4 }
            return Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        }
        let dimensions = try next()
        _ = try next()
        _ = try next()
        guard dimensions > 0 else { return [] }
        guard dimensions == 1 else { throw mismatch(wanted) }
        let count = try next()
        _ = try next()
        var result: [UnsafeRawBufferPointer] = []
        result.reserveCapacity(count)
        for _ in 0..<count {
            let length = try next()
            guard length >= 0, offset + length <= bytes.count else { throw mismatch(wanted) }
            result.append(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]))
            offset += length
        }
        return result
    }
}
