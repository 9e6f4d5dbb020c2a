/// Bytes that are no parcel.
package struct ParcelError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String

    init(_ message: String) {
        self.message = message
    }

    package var description: String { "the parcel cannot be read: \(message)" }
}
