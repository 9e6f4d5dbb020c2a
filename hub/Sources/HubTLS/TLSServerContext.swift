import COpenSSL

/// What a server shows and demands at the start of every connection: its certificate, and the protocol's settings.
///
/// SAFETY of `@unchecked Sendable`: the pointer is a constant; an `SSL_CTX` that nobody changes any more may be used by many
/// threads at once, and counts its references atomically (SSL_CTX_new(3), openssl-threads(7)).
package final class TLSServerContext: @unchecked Sendable {
    /// OpenSSL's context; it counts its own references.
    let pointer: OpaquePointer

    /// TLS 1.3, and of TLS 1.2 only suites with forward secrecy and authenticated encryption (RFC 9325, section 4.2).
    private static let suites = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
    ].joined(separator: ":")

    /// Not the finite fields and larger curves that OpenSSL would take too: a client chooses them for nothing, and the server pays.
    private static let groups = "X25519:P-256:P-384"

    /// Takes the chain, leaf first, and the key of the leaf, both PEM.
    ///
    /// - Throws: `TLSFailure` when they cannot be read or do not belong together.
    package init(certificatePEM: [UInt8], keyPEM: [UInt8]) throws(TLSFailure) {
        TLSFailure.forgetErrors()
        guard let pointer = SSL_CTX_new(TLS_server_method()) else { throw .last("no context for TLS") }
        self.pointer = pointer
        try configure()
        let chain = try Self.certificates(certificatePEM)
        defer { chain.forEach { X509_free($0) } }
        guard let leaf = chain.first, SSL_CTX_use_certificate(pointer, leaf) == 1 else {
            TLSFailure.forgetErrors()
            throw TLSFailure("the certificate is no PEM that can be read")
        }
        for certificate in chain.dropFirst() where otomi_ssl_add_to_chain(pointer, certificate) != 1 {
            throw .last("the certificate's chain cannot be used")
        }
        try use(keyPEM)
    }

    deinit { SSL_CTX_free(pointer) }

    private func configure() throws(TLSFailure) {
        guard otomi_ssl_set_minimum_version(pointer, TLS1_2_VERSION) == 1,
            SSL_CTX_set_cipher_list(pointer, Self.suites) == 1, otomi_ssl_set_groups(pointer, Self.groups) == 1
        else { throw .last("the settings of TLS cannot be made") }
        // Buffers of a record's size only while a record is under way: most connections of a hub wait.
        otomi_ssl_set_modes(pointer, Int(SSL_MODE_RELEASE_BUFFERS))
        // A session is resumed by its ticket; a server that keeps sessions keeps them long after their connections.
        otomi_ssl_set_session_cache(pointer, Int(SSL_SESS_CACHE_OFF))
        otomi_ssl_set_options(pointer)
        SSL_CTX_set_alpn_select_cb(pointer, Self.selectProtocol, nil)
    }

    /// HTTP/1.1 where the client offers it; a client that offers others only is told nothing (RFC 7301).
    private static let selectProtocol: SSL_CTX_alpn_select_cb_func = { _, chosen, length, offered, count, _ in
        let name = Array("http/1.1".utf8)
        guard let offered, let chosen, let length else { return SSL_TLSEXT_ERR_NOACK }
        let bytes = UnsafeBufferPointer(start: offered, count: Int(count))
        var start = 0
        while start < bytes.count {
            let end = start + 1 + Int(bytes[start])
            guard end <= bytes.count else { break }
            if bytes[(start + 1)..<end].elementsEqual(name) {
                chosen.pointee = offered + start + 1
                length.pointee = bytes[start]
                return SSL_TLSEXT_ERR_OK
            }
            start = end
        }
        return SSL_TLSEXT_ERR_NOACK
    }

    // MARK: - The material

    private static func certificates(_ bytes: [UInt8]) throws(TLSFailure) -> [OpaquePointer] {
        var found: [OpaquePointer] = []
        let isWhole = try reading(bytes) { file in
            while let certificate = PEM_read_bio_X509(file, nil, nil, nil) { found.append(certificate) }
            return otomi_is_end_of_pem() == 1
        }
        TLSFailure.forgetErrors()
        guard isWhole else {
            found.forEach { X509_free($0) }
            throw TLSFailure("the certificate is no PEM that can be read")
        }
        return found
    }

    private func use(_ keyPEM: [UInt8]) throws(TLSFailure) {
        // Nobody is there to be asked for a passphrase.
        guard let key = try Self.reading(keyPEM, { PEM_read_bio_PrivateKey($0, nil, { _, _, _, _ in -1 }, nil) }) else {
            TLSFailure.forgetErrors()
            throw TLSFailure("the private key is no PEM that can be read, or has a passphrase")
        }
        defer { EVP_PKEY_free(key) }
        guard SSL_CTX_use_PrivateKey(pointer, key) == 1, SSL_CTX_check_private_key(pointer) == 1 else {
            TLSFailure.forgetErrors()
            throw TLSFailure("the certificate and the private key do not belong together")
        }
    }

    /// Reads `bytes` as a file of OpenSSL's, which keeps a pointer to them.
    private static func reading<Found>(
        _ bytes: [UInt8],
        _ body: (OpaquePointer) -> Found
    ) throws(TLSFailure) -> Found {
        let found: Found? = bytes.withUnsafeBytes { bytes in
            guard let file = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else { return nil }
            defer { BIO_free(file) }
            return body(file)
        }
        guard let found else { throw .last("no memory for a PEM") }
        return found
    }
}
