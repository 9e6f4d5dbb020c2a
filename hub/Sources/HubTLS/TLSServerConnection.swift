import COpenSSL

/// The server's side of one TLS connection, without a socket: ciphertext goes in and comes out as bytes.
///
/// Used by one thread at a time. Between two records it holds no buffer.
package final class TLSServerConnection {
    /// How a step ended.
    package enum Progress: Equatable, Sendable {
        case done
        /// It goes on when more ciphertext has come in.
        case needsInput
        /// The peer has said that it sends nothing more.
        case ended
    }

    private let pointer: OpaquePointer
    /// The server's context must not end before its connections.
    private let context: TLSServerContext
    /// What has come in and was not read yet, from `position` on.
    private var incoming: [UInt8] = []
    private var position = 0
    /// What is to be sent.
    private var outgoing: [UInt8] = []

    /// - Throws: `TLSFailure` when there is no memory.
    package init(_ context: TLSServerContext) throws(TLSFailure) {
        TLSFailure.forgetErrors()
        guard let pointer = SSL_new(context.pointer) else { throw .last("no TLS connection") }
        self.pointer = pointer
        self.context = context
        guard let wire = BIO_new(Wire.method) else { throw .last("no TLS connection") }
        BIO_set_data(wire, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(wire, 1)
        // The connection owns it from here, in both directions.
        SSL_set_bio(pointer, wire, wire)
        SSL_set_accept_state(pointer)
    }

    deinit { SSL_free(pointer) }

    // MARK: - The wire

    /// Takes up what the peer has sent.
    package func receive(_ bytes: some Collection<UInt8>) {
        if position == incoming.count {
            incoming.removeAll(keepingCapacity: true)
            position = 0
        }
        incoming.append(contentsOf: bytes)
    }

    /// Whether there is something to be sent.
    package var hasOutgoing: Bool { !outgoing.isEmpty }

    /// What is to be sent to the peer since the last time.
    package func takeOutgoing() -> [UInt8] {
        defer { outgoing = [] }
        return outgoing
    }

    /// Lets go of what a wait needs no room for.
    private func releaseInput() {
        guard position == incoming.count else { return }
        incoming = []
        position = 0
    }

    fileprivate func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, incoming.count - position)
        guard count > 0 else { return 0 }
        incoming.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[position...][..<(position + count)]))
        }
        position += count
        return count
    }

    fileprivate func write(_ bytes: UnsafeRawBufferPointer) { outgoing.append(contentsOf: bytes) }

    // MARK: - Steps

    /// Goes on with the handshake.
    ///
    /// - Throws: `TLSFailure` when it cannot succeed; what is outgoing says so to the peer.
    package func handshake() throws(TLSFailure) -> Progress {
        TLSFailure.forgetErrors()
        let result = SSL_do_handshake(pointer)
        guard result != 1 else { return .done }
        return try progress(after: result, "the handshake failed")
    }

    /// Reads what the peer says into `buffer`.
    ///
    /// - Returns: how many bytes it was, and `done`; or no bytes, and why.
    ///
    /// - Throws: `TLSFailure` when a record cannot be trusted.
    package func read(_ buffer: UnsafeMutableRawBufferPointer) throws(TLSFailure) -> (count: Int, Progress) {
        TLSFailure.forgetErrors()
        var count = 0
        let result = SSL_read_ex(pointer, buffer.baseAddress, buffer.count, &count)
        guard result != 1 else { return (count, .done) }
        return (0, try progress(after: result, "what was received cannot be read"))
    }

    /// Seals `bytes`, all of them.
    ///
    /// - Throws: `TLSFailure` when the connection has ended.
    package func write(sealing bytes: UnsafeRawBufferPointer) throws(TLSFailure) {
        guard !bytes.isEmpty else { return }
        TLSFailure.forgetErrors()
        var count = 0
        guard SSL_write_ex(pointer, bytes.baseAddress, bytes.count, &count) == 1, count == bytes.count else {
            throw .last("what is to be sent cannot be sealed")
        }
    }

    /// Says to the peer that nothing more comes.
    package func close() {
        TLSFailure.forgetErrors()
        _ = SSL_shutdown(pointer)
        TLSFailure.forgetErrors()
    }

    private func progress(after result: Int32, _ attempt: String) throws(TLSFailure) -> Progress {
        switch SSL_get_error(pointer, result) {
        case SSL_ERROR_WANT_READ:
            releaseInput()
            return .needsInput
        case SSL_ERROR_ZERO_RETURN: return .ended
        default: throw .last(attempt)
        }
    }
}

/// What OpenSSL reads from and writes to in place of a socket.
private enum Wire {
    /// Made once and never changed.
    nonisolated(unsafe) static let method: OpaquePointer? = {
        guard let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "otomi connection") else {
            return nil
        }
        BIO_meth_set_read(method) { bio, bytes, count in
            guard let bio, let bytes, count > 0, let connection = connection(of: bio) else { return -1 }
            let read = connection.read(into: UnsafeMutableRawBufferPointer(start: bytes, count: Int(count)))
            guard read > 0 else {
                otomi_bio_set_retry_read(bio)
                return -1
            }
            otomi_bio_clear_retry(bio)
            return Int32(read)
        }
        BIO_meth_set_write(method) { bio, bytes, count in
            guard let bio, let bytes, count > 0, let connection = connection(of: bio) else { return -1 }
            connection.write(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
            otomi_bio_clear_retry(bio)
            return count
        }
        // Nothing is held back, so that there is nothing to be flushed.
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        return method
    }()

    private static func connection(of bio: OpaquePointer) -> TLSServerConnection? {
        BIO_get_data(bio).map { Unmanaged<TLSServerConnection>.fromOpaque($0).takeUnretainedValue() }
    }
}
