package import Concurrency
package import JSON

/// A value as it is bound to a statement.
package struct PostgresValue: Hashable, Sendable {
    /// The type's object identifier; 0 lets the server infer it.
    let type: UInt32
    let isBinary: Bool
    /// `nil` is NULL.
    let bytes: [UInt8]?

    init(type: UInt32, isBinary: Bool, bytes: [UInt8]?) {
        self.type = type
        self.isBinary = isBinary
        self.bytes = bytes
    }
}

/// Object identifiers of the built-in types.
enum TypeID {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let json: UInt32 = 114
    static let float4: UInt32 = 700
    static let float8: UInt32 = 701
    static let byteaArray: UInt32 = 1001
    static let textArray: UInt32 = 1009
    static let int8Array: UInt32 = 1016
    static let timestamptz: UInt32 = 1184
    static let timestamptzArray: UInt32 = 1185
    static let jsonb: UInt32 = 3802
    static let jsonbArray: UInt32 = 3807
}

/// A type that can be bound to a statement.
package protocol PostgresEncodable {
    var postgresValue: PostgresValue { get }
    /// The type bound for `nil`.
    static var postgresNull: PostgresValue { get }
}

/// A type of which PostgreSQL has arrays.
package protocol PostgresArrayElement: PostgresEncodable {
    static var postgresArrayTypes: (element: UInt32, array: UInt32) { get }
    /// The element in its type's binary form.
    var postgresElementBytes: [UInt8] { get }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    package var postgresValue: PostgresValue { map(\.postgresValue) ?? Wrapped.postgresNull }
    package static var postgresNull: PostgresValue { Wrapped.postgresNull }
}

extension String: PostgresArrayElement {
    package var postgresValue: PostgresValue { PostgresValue(type: 0, isBinary: false, bytes: Array(utf8)) }
    package static var postgresNull: PostgresValue { PostgresValue(type: 0, isBinary: false, bytes: nil) }
    package static var postgresArrayTypes: (element: UInt32, array: UInt32) { (TypeID.text, TypeID.textArray) }
    package var postgresElementBytes: [UInt8] { Array(utf8) }
}

extension Bool: PostgresEncodable {
    package var postgresValue: PostgresValue { PostgresValue(type: TypeID.bool, isBinary: true, bytes: [self ? 1 : 0]) }
    package static var postgresNull: PostgresValue { PostgresValue(type: TypeID.bool, isBinary: true, bytes: nil) }
}

extension Int64: PostgresArrayElement {
    package var postgresValue: PostgresValue {
        PostgresValue(type: TypeID.int8, isBinary: true, bytes: postgresElementBytes)
    }
    package static var postgresNull: PostgresValue { PostgresValue(type: TypeID.int8, isBinary: true, bytes: nil) }
    package static var postgresArrayTypes: (element: UInt32, array: UInt32) { (TypeID.int8, TypeID.int8Array) }
    package var postgresElementBytes: [UInt8] { bigEndianBytes }
}

extension Int: PostgresEncodable {
    package var postgresValue: PostgresValue { Int64(self).postgresValue }
    package static var postgresNull: PostgresValue { Int64.postgresNull }
}

extension Double: PostgresEncodable {
    package var postgresValue: PostgresValue {
        PostgresValue(type: TypeID.float8, isBinary: true, bytes: bitPattern.bigEndianBytes)
    }
    package static var postgresNull: PostgresValue { PostgresValue(type: TypeID.float8, isBinary: true, bytes: nil) }
}

extension UnixTime: PostgresArrayElement {
    /// 2000-01-01T00:00:00Z, where PostgreSQL counts from.
    static let postgresEpochMilliseconds: Int64 = 946_684_800_000

    package var postgresValue: PostgresValue {
        PostgresValue(type: TypeID.timestamptz, isBinary: true, bytes: postgresElementBytes)
    }
    package static var postgresNull: PostgresValue {
        PostgresValue(type: TypeID.timestamptz, isBinary: true, bytes: nil)
    }
    package static var postgresArrayTypes: (element: UInt32, array: UInt32) {
        (TypeID.timestamptz, TypeID.timestamptzArray)
    }
    package var postgresElementBytes: [UInt8] {
        ((milliseconds - Self.postgresEpochMilliseconds) * 1000).bigEndianBytes
    }
}

extension JSONValue: PostgresArrayElement {
    package var postgresValue: PostgresValue {
        PostgresValue(type: TypeID.jsonb, isBinary: true, bytes: postgresElementBytes)
    }
    package static var postgresNull: PostgresValue { PostgresValue(type: TypeID.jsonb, isBinary: true, bytes: nil) }
    package static var postgresArrayTypes: (element: UInt32, array: UInt32) { (TypeID.jsonb, TypeID.jsonbArray) }
    /// Version 1 of jsonb's binary form is the text.
    package var postgresElementBytes: [UInt8] { unorderedBytes(after: 1) }
}

/// Arrays of bytes are `bytea`; arrays of the other element types are PostgreSQL's arrays of one dimension.
extension Array: PostgresEncodable where Element: PostgresBindableElement {
    package var postgresValue: PostgresValue { Element.postgresValue(of: self) }
    package static var postgresNull: PostgresValue { Element.postgresNullArray }
}

/// What an array may hold to be bound: bytes, or array elements.
package protocol PostgresBindableElement {
    static func postgresValue(of elements: [Self]) -> PostgresValue
    static var postgresNullArray: PostgresValue { get }
}

extension UInt8: PostgresBindableElement {
    package static func postgresValue(of elements: [UInt8]) -> PostgresValue {
        PostgresValue(type: TypeID.bytea, isBinary: true, bytes: elements)
    }
    package static var postgresNullArray: PostgresValue {
        PostgresValue(type: TypeID.bytea, isBinary: true, bytes: nil)
    }
}

extension PostgresBindableElement where Self: PostgresArrayElement {
    package static func postgresValue(of elements: [Self]) -> PostgresValue {
        PostgresValue(
            type: postgresArrayTypes.array,
            isBinary: true,
            bytes: arrayBytes(elements.map(\.postgresElementBytes), elementType: postgresArrayTypes.element)
        )
    }
    package static var postgresNullArray: PostgresValue {
        PostgresValue(type: postgresArrayTypes.array, isBinary: true, bytes: nil)
    }
}

extension String: PostgresBindableElement {}
extension Int64: PostgresBindableElement {}
extension UnixTime: PostgresBindableElement {}
extension JSONValue: PostgresBindableElement {}

extension Array: PostgresBindableElement where Element == UInt8 {
    package static func postgresValue(of elements: [[UInt8]]) -> PostgresValue {
        PostgresValue(
            type: TypeID.byteaArray,
            isBinary: true,
            bytes: arrayBytes(elements, elementType: TypeID.bytea)
        )
    }
    package static var postgresNullArray: PostgresValue {
        PostgresValue(type: TypeID.byteaArray, isBinary: true, bytes: nil)
    }
}

/// The binary form of an array of one dimension without NULLs.
private func arrayBytes(_ elements: [[UInt8]], elementType: UInt32) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(20 + elements.reduce(0) { $0 + $1.count + 4 })
    bytes += Int32(elements.isEmpty ? 0 : 1).bigEndianBytes
    bytes += Int32(0).bigEndianBytes
    bytes += elementType.bigEndianBytes
    guard !elements.isEmpty else { return bytes }
    bytes += Int32(elements.count).bigEndianBytes
    bytes += Int32(1).bigEndianBytes
    for element in elements {
        bytes += Int32(element.count).bigEndianBytes
        bytes += element
    }
    return bytes
}

extension FixedWidthInteger {
    var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}
