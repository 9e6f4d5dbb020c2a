import CPostgres

/// The arrays that libpq takes values in.
struct BoundParameters {
    private var arena: [UInt8] = []
    private var offsets: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []
    private(set) var types: [Oid] = []

    init(_ values: [PostgresValue]) {
        for value in values {
            types.append(value.type)
            formats.append(value.isBinary ? 1 : 0)
            lengths.append(Int32(value.bytes?.count ?? 0))
            guard let bytes = value.bytes else {
                offsets.append(nil)
                continue
            }
            offsets.append(arena.count)
            arena += bytes
            arena.append(0)  // a text value must end in NUL, its length is ignored
        }
    }

    typealias Arrays = (
        count: Int32, types: UnsafePointer<Oid>?, values: UnsafePointer<UnsafePointer<CChar>?>?,
        lengths: UnsafePointer<Int32>?, formats: UnsafePointer<Int32>?
    )

    /// Hands out the arrays; they are valid inside `body` only.
    func withArrays<Result>(_ body: (Arrays) -> Result) -> Result {
        arena.withUnsafeBytes { arena in
            let values = offsets.map { offset -> UnsafePointer<CChar>? in
                guard let offset, let base = arena.baseAddress else { return nil }
                return (base + offset).assumingMemoryBound(to: CChar.self)
            }
            return values.withUnsafeBufferPointer { values in
                types.withUnsafeBufferPointer { types in
                    lengths.withUnsafeBufferPointer { lengths in
                        formats.withUnsafeBufferPointer { formats in
                            body(
                                (
                                    Int32(values.count), types.baseAddress, values.baseAddress, lengths.baseAddress,
                                    formats.baseAddress
                                )
                            )
                        }
                    }
                }
            }
        }
    }
}
