import COpenSSL

/// Why a connection's TLS came to an end that it should not have, or material cannot be used.
package struct TLSFailure: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }

    /// What the library says of the calls since ``forgetErrors()``, the first of it.
    static func last(_ attempt: String) -> TLSFailure {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0 else { return TLSFailure(attempt) }
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(code, &text, text.count)
        let reason = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return TLSFailure("\(attempt): \(reason)")
    }

    /// The library keeps its errors by thread: those of another connection must not be taken for ours.
    static func forgetErrors() { ERR_clear_error() }
}
