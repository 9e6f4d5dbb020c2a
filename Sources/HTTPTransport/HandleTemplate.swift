import CCurl

/// What every easy handle of one client is set to once, and what one request sets on it.
///
/// Handles are reused without a reset, so `apply` sets each option that any request may have changed.
final class HandleTemplate: Sendable {
    /// For how many seconds a connection may have been idle and still be used; servers and proxies commonly keep one longer.
    ///
    /// libcurl does not see that an idle connection was closed under TLS, and a request that meets its end is lost.
    private static let longestIdle = 50

    let configuration: HTTPClient.Configuration

    init(_ configuration: HTTPClient.Configuration) {
        self.configuration = configuration
    }

    // MARK: - Once for each handle

    /// A new handle with the client's settings; `nil` when memory or the TLS settings fail.
    func makeHandle() -> UnsafeMutableRawPointer? {
        guard let handle = curl_easy_init() else { return nil }
        _ = otomi_curl_set_close_on_exec(handle)
        if configuration.refusesLinkLocal, otomi_curl_refuse_link_local(handle) != CURLE_OK {
            curl_easy_cleanup(handle)
            return nil
        }
        set(handle, CURLOPT_NOSIGNAL, 1)
        set(handle, CURLOPT_TCP_NODELAY, 1)
        set(handle, CURLOPT_TCP_KEEPALIVE, 1)
        set(handle, CURLOPT_TCP_KEEPIDLE, 30)
        set(handle, CURLOPT_TCP_KEEPINTVL, 10)
        set(handle, CURLOPT_MAXAGE_CONN, Self.longestIdle)
        set(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        set(handle, CURLOPT_BUFFERSIZE, 32 << 10)
        set(handle, CURLOPT_UPLOAD_BUFFERSIZE, 32 << 10)
        set(handle, CURLOPT_FOLLOWLOCATION, 0)
        set(handle, CURLOPT_HTTP09_ALLOWED, 0)
        let version = configuration.usesHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1
        set(handle, CURLOPT_HTTP_VERSION, version)
        set(handle, CURLOPT_PIPEWAIT, configuration.usesHTTP2 ? 1 : 0)
        otomi_curl_allow_http_only(handle)
        otomi_curl_leave_resolver_behind(handle)
        // Debian's libcurl also offers brotli and zstd; gzip is what the peers speak, and the cheapest to hold.
        if configuration.acceptsCompression { otomi_curl_set_string(handle, CURLOPT_ACCEPT_ENCODING, "gzip") }
        otomi_curl_set_string(handle, CURLOPT_USERAGENT, configuration.userAgent)
        otomi_curl_set_writer(handle, CURLOPT_HEADERFUNCTION, CURLOPT_HEADERDATA, receiveHeader, nil)
        otomi_curl_set_writer(handle, CURLOPT_WRITEFUNCTION, CURLOPT_WRITEDATA, receiveBody, nil)
        guard applyTLS(to: handle) else {
            curl_easy_cleanup(handle)
            return nil
        }
        return handle
    }

    private func applyTLS(to handle: UnsafeMutableRawPointer) -> Bool {
        let tls = configuration.tls
        set(handle, CURLOPT_SSL_VERIFYPEER, tls.verifiesChain ? 1 : 0)
        set(handle, CURLOPT_SSL_VERIFYHOST, tls.verifiesChain ? 2 : 0)
        set(handle, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
        var codes: [CURLcode] = []
        if let pin = tls.pin {
            guard TLSConfiguration.isPin(pin) else { return false }
            codes.append(otomi_curl_set_string(handle, CURLOPT_PINNEDPUBLICKEY, pin))
        }
        if let authorities = tls.authoritiesPEM {
            // The system's folder would be trusted beside them otherwise.
            otomi_curl_set_string(handle, CURLOPT_CAPATH, nil)
            codes.append(setBlob(handle, CURLOPT_CAINFO_BLOB, authorities))
        }
        if let identity = tls.identity {
            codes.append(setBlob(handle, CURLOPT_SSLCERT_BLOB, identity.certificatePEM))
            codes.append(setBlob(handle, CURLOPT_SSLKEY_BLOB, identity.keyPEM))
        }
        return codes.allSatisfy { $0 == CURLE_OK }
    }

    // MARK: - For each request

    /// Sets `transfer`'s request on its handle; `remaining` is what is left of its time.
    ///
    /// - Returns: libcurl's complaint about the request, `CURLE_OK` when it can be started.
    func apply(
        _ transfer: Transfer,
        to handle: UnsafeMutableRawPointer,
        remaining: Duration?
    ) -> CURLcode {
        let request = transfer.request
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        otomi_curl_set_pointer(handle, CURLOPT_PRIVATE, context)
        otomi_curl_set_pointer(handle, CURLOPT_HEADERDATA, context)
        otomi_curl_set_pointer(handle, CURLOPT_WRITEDATA, context)
        otomi_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, transfer.errorText)
        otomi_curl_set_pointer(handle, CURLOPT_HTTPHEADER, transfer.headerList)

        set(handle, CURLOPT_TIMEOUT_MS, remaining?.milliseconds ?? 0)
        set(handle, CURLOPT_CONNECTTIMEOUT_MS, (request.connectTimeout ?? configuration.connectTimeout).milliseconds)
        set(handle, CURLOPT_LOW_SPEED_LIMIT, request.minimumRate?.bytesPerSecond ?? 0)
        set(handle, CURLOPT_LOW_SPEED_TIME, request.minimumRate.map { max(1, Int($0.during.components.seconds)) } ?? 0)
        let limit = transfer.isStream ? 0 : request.maximumResponseBytes
        otomi_curl_set_offset(handle, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(limit))

        applyMethod(request, to: handle)
        let isDirect = configuration.proxy == .none || URLParts.isLoopback(request.url)
        otomi_curl_set_string(handle, CURLOPT_NOPROXY, isDirect ? "*" : nil)
        return otomi_curl_set_string(handle, CURLOPT_URL, request.url)
    }

    /// Gives back what the last request left in an idle handle.
    func clear(_ handle: UnsafeMutableRawPointer) {
        otomi_curl_set_pointer(handle, CURLOPT_PRIVATE, nil)
        otomi_curl_set_pointer(handle, CURLOPT_HEADERDATA, nil)
        otomi_curl_set_pointer(handle, CURLOPT_WRITEDATA, nil)
        otomi_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, nil)
        otomi_curl_set_pointer(handle, CURLOPT_HTTPHEADER, nil)
        otomi_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, nil)
    }

    private func applyMethod(_ request: HTTPRequest, to handle: UnsafeMutableRawPointer) {
        otomi_curl_set_string(handle, CURLOPT_CUSTOMREQUEST, nil)
        otomi_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, nil)
        set(handle, CURLOPT_HTTPGET, 1)
        switch request.method {
        case .get where request.body == nil: return
        case .head:
            set(handle, CURLOPT_NOBODY, 1)
            return
        default: break
        }
        let bodyIsExpected = request.method == .post || request.method == .put || request.method == .patch
        if let body = request.body ?? (bodyIsExpected ? [] : nil) {
            otomi_curl_set_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            _ = body.withUnsafeBytes { bytes in
                // An empty array may have no address, and libcurl takes a null pointer for "no body set".
                if let address = bytes.baseAddress {
                    otomi_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, address)
                } else {
                    otomi_curl_set_string(handle, CURLOPT_COPYPOSTFIELDS, "")
                }
            }
        }
        otomi_curl_set_string(handle, CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    }

    /// The request's header lines; without those that libcurl would add by itself.
    static func headerList(for request: HTTPRequest) -> UnsafeMutablePointer<curl_slist>? {
        var list = curl_slist_append(nil, "Expect:")
        if request.headers["Content-Type"] == nil { list = curl_slist_append(list, "Content-Type:") }
        if request.headers["Accept"] == nil { list = curl_slist_append(list, "Accept: */*") }
        for field in request.headers.fields {
            // libcurl takes "name:" for "do not send", and "name;" for a field without a value.
            list = curl_slist_append(list, field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        return list
    }

    // MARK: - Options

    private func set(_ handle: UnsafeMutableRawPointer, _ option: CURLoption, _ value: Int) {
        otomi_curl_set_long(handle, option, value)
    }

    private func setBlob(_ handle: UnsafeMutableRawPointer, _ option: CURLoption, _ bytes: [UInt8]) -> CURLcode {
        bytes.withUnsafeBytes { otomi_curl_set_blob(handle, option, $0.baseAddress, $0.count) }
    }
}

/// libcurl hands one header line over; the transfer outlives its handle's stay in the multi handle.
private func receiveHeader(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes, let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    return transfer.receive(header: UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
}

/// libcurl hands bytes of the body over.
private func receiveBody(
    _ bytes: UnsafeMutablePointer<CChar>?,
    _ size: Int,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let bytes, let context else { return 0 }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    return transfer.receive(body: UnsafeRawBufferPointer(start: bytes, count: size * count))
}

extension Duration {
    /// Whole milliseconds, at least one: zero means "no limit" to libcurl.
    var milliseconds: Int {
        let (seconds, attoseconds) = components
        let value = seconds.multipliedReportingOverflow(by: 1000)
        guard !value.overflow, value.partialValue < Int64(Int32.max) else { return Int(Int32.max) }
        return max(1, Int(value.partialValue + attoseconds / 1_000_000_000_000_000))
    }
}
