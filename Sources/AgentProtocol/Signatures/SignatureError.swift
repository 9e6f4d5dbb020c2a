/// Why a request's signature is not accepted.
///
/// The code is for metrics and logs; what the asker is told is 401 and nothing else.
package struct SignatureError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, CaseIterable, Sendable {
        /// No signature under the label `otomi`.
        case missing
        /// Header fields that are no structured fields, or lack a parameter.
        case malformed
        /// Another algorithm, or other components than the ones that must be covered.
        case unsupported
        /// The signature does not fit the request and the key.
        case invalid
        /// The body is not the one whose digest was signed.
        case wrongDigest
        /// Made too long ago, or in the future: a clock is wrong, or the request was kept.
        case outsideWindow
        /// The same nonce was already used.
        case replayed
        /// Too many requests of one key within the window.
        case overloaded
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "\(message) [\(code.rawValue)]" }
}
