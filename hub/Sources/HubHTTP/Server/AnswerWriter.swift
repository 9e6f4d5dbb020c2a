import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes

/// Writes one answer to its connection.
///
/// An answer of known length goes in few large pieces, most in one; a stream's pieces go as they come. A write returns when
/// the socket has taken it, so that a slow reader holds its writer back.
struct AnswerWriter: ResponseBodyWriter {
    private static let pieceBytes = 64 << 10

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
        parts.append(.body(buffer))
        gathered += buffer.readableBytes
        guard !gathers || gathered >= Self.pieceBytes else { return }
        let piece = parts
        parts.removeAll()
        gathered = 0
        try await connection.write(piece)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await connection.write(parts + [.end(trailingHeaders)])
    }
}
