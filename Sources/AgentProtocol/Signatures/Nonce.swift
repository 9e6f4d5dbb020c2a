import Bundles

/// A number that is used once, so that a recorded request cannot be sent again.
package enum Nonce {
    /// The length of a nonce in bytes, before its encoding.
    package static let byteCount = 16

    /// A new nonce as text.
    package static func make(using generator: inout some RandomNumberGenerator) -> String {
        Base64.encode((0..<byteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }
}
