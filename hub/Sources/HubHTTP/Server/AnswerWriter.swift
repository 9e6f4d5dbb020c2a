import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes

/// Writes one answer to its connection.
///
/// An answer of known length goes in pieces of one size, most in one; a stream's pieces go as they come. A write returns when
/// the socket has taken it, so that a slow reader holds its writer back.
struct AnswerWriter: ResponseBodyWriter {
    /// With the head and its own frame it fits into a TLS record (RFC 8446, section 5.1): NIO keeps room for the largest piece
    /// with the connection for as long as that lives.
    private static let pieceBytes = 15 << 10

    private let connection: HubConnection.Writer
    private let gathers: Bool
    private var parts: [HTTPResponsePart]
    private var gathered = 0

    init(_ response: Response, to connection: HubConnection.Writer) {
        self.connection = connection
        gathers = response.body.contentLength != nil
        parts = [.head(response.head)]
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        var rest = buffer
        while rest.readableBytes > 0 {
            let length = min(rest.readableBytes, Self.pieceBytes - gathered)
            guard let piece = rest.readSlice(length: length) else { break }
            parts.append(.body(piece))
            gathered += length
            if gathered >= Self.pieceBytes { try await flush() }
        }
        if !gathers, !parts.isEmpty { try await flush() }
    }

    private mutating func flush() async throws {
        let piece = parts
        parts.removeAll()
        gathered = 0
        try await connection.write(piece)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await connection.write(parts + [.end(trailingHeaders)])
    }
}
