import CPostgres
import Concurrency

extension PostgresConnection {
    private static let copyBufferBytes = 64 * 1024

    /// Writes rows by COPY, which is the fastest way in.
    ///
    /// `rows`: each in the order of `columns`; asked for one after another, so they need not all be in memory.
    /// - Returns: how many rows were written.
    ///
    /// - Throws: `PostgresError`; no row counts then.
    @discardableResult
    package func copyIn(
        table: String,
        columns: [String],
        rows: some Sequence<[PostgresValue]>
    ) throws(PostgresError) -> Int {
        let names = columns.map(SQL.quoted(identifier:)).joined(separator: ", ")
        let command = "COPY \(SQL.quoted(identifier: table)) (\(names)) FROM STDIN"
        guard let begun = PQexec(pointer, command) else {
            throw PostgresError(.unavailable, "COPY into \(table): \(Self.oneLine(PQerrorMessage(pointer)))")
        }
        let owned = PostgresResult(begun)
        guard PQresultStatus(begun) == PGRES_COPY_IN else { throw error(of: owned, command) }
        var buffer: [UInt8] = []
        for row in rows {
            for (index, value) in row.enumerated() {
                if index > 0 { buffer.append(UInt8(ascii: "\t")) }
                value.appendCopyText(to: &buffer)
            }
            buffer.append(UInt8(ascii: "\n"))
            if buffer.count >= Self.copyBufferBytes {
                try put(buffer, table)
                buffer.removeAll(keepingCapacity: true)
            }
        }
        if !buffer.isEmpty { try put(buffer, table) }
        PQputCopyEnd(pointer, nil)
        var count = 0
        var first: PostgresError?
        while let result = PQgetResult(pointer) {
            do { count = try check(result, command).affected } catch { if first == nil { first = error } }
            guard PQstatus(pointer) == CONNECTION_OK else { break }
        }
        if let first { throw first }
        return count
    }

    private func put(_ bytes: [UInt8], _ table: String) throws(PostgresError) {
        let sent = bytes.withUnsafeBytes { buffer in
            PQputCopyData(pointer, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count))
        }
        guard sent == 1 else {
            throw PostgresError(.unavailable, "COPY into \(table): \(Self.oneLine(PQerrorMessage(pointer)))")
        }
    }
}

extension PostgresValue {
    /// The value in COPY's text format.
    func appendCopyText(to buffer: inout [UInt8]) {
        guard let bytes else {
            buffer += Array("\\N".utf8)
            return
        }
        guard isBinary else {
            Self.escape(bytes, into: &buffer)
            return
        }
        switch type {
        case TypeID.bytea:
            buffer += Array("\\\\x".utf8)
            for byte in bytes {
                buffer.append(Self.hexDigits[Int(byte >> 4)])
                buffer.append(Self.hexDigits[Int(byte & 15)])
            }
        case TypeID.bool: buffer.append(bytes.first == 0 ? UInt8(ascii: "f") : UInt8(ascii: "t"))
        case TypeID.int8: buffer += Array(String(bytes.bigEndian(as: Int64.self)).utf8)
        case TypeID.float8:
            buffer += Array(String(Double(bitPattern: bytes.bigEndian(as: UInt64.self))).utf8)
        case TypeID.timestamptz:
            // An exact sum on the server's own epoch is not possible in COPY, so the text is the moment's RFC 3339 form.
            let milliseconds = bytes.bigEndian(as: Int64.self) / 1000 + UnixTime.postgresEpochMilliseconds
            buffer += Array(UnixTime(milliseconds: milliseconds).rfc3339.utf8)
        case TypeID.jsonb: Self.escape(bytes.dropFirst(), into: &buffer)
        default: preconditionFailure("arrays have no COPY form here")
        }
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    private static func escape(_ bytes: some Sequence<UInt8>, into buffer: inout [UInt8]) {
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\\"): buffer += [UInt8(ascii: "\\"), UInt8(ascii: "\\")]
            case UInt8(ascii: "\n"): buffer += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case UInt8(ascii: "\r"): buffer += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
            case UInt8(ascii: "\t"): buffer += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
            default: buffer.append(byte)
            }
        }
    }
}

extension [UInt8] {
    fileprivate func bigEndian<Integer: FixedWidthInteger>(as type: Integer.Type) -> Integer {
        reduce(0) { $0 << 8 | Integer(truncatingIfNeeded: $1) }
    }
}
