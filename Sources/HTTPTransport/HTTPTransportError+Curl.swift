import CCurl

extension HTTPTransportError {
    /// What libcurl's `code` means; `detail` is its own text for this transfer.
    static func curl(_ code: CURLcode, detail: String, request: HTTPRequest) -> HTTPTransportError {
        let message = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        func error(_ kind: Code, _ hint: String = "") -> HTTPTransportError {
            HTTPTransportError(kind, hint.isEmpty ? message : "\(message); \(hint)", url: request.url)
        }
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            return error(.resolve, "check the name and this machine's DNS")
        case CURLE_COULDNT_CONNECT, CURLE_PROXY, CURLE_INTERFACE_FAILED:
            return error(.connect, "check that the server runs and can be reached")
        case CURLE_PEER_FAILED_VERIFICATION:
            return error(.tls, "check the server's certificate and the authorities trusted here")
        case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_CLIENTCERT, CURLE_USE_SSL_FAILED, CURLE_SSL_SHUTDOWN_FAILED:
            return error(.tls)
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            return HTTPTransportError(
                .tls,
                "the server's key is not the pinned one: somebody else answers there, or its key was replaced",
                url: request.url
            )
        case CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CRL_BADFILE:
            return error(.invalidRequest, "check the certificates and the key")
        case CURLE_OPERATION_TIMEDOUT:
            // libcurl has one code for both; only its text tells them apart.
            return message.hasPrefix("Operation too slow") ? error(.slow) : error(.timeout)
        case CURLE_FILESIZE_EXCEEDED:
            return .tooLarge(limit: request.maximumResponseBytes, url: request.url)
        case CURLE_RECV_ERROR where message.contains("SSL routines") && message.contains("alert"):
            return error(.tls, "the server refuses our certificate or the lack of one")
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE:
            return error(.connectionLost)
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_HTTP3:
            return error(.protocol)
        case CURLE_UNSUPPORTED_PROTOCOL where message.hasPrefix("Received HTTP/0.9"):
            return HTTPTransportError(.protocol, "the answer is no HTTP; is this the right port?", url: request.url)
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT:
            return error(.invalidRequest, "an absolute http or https URL is expected")
        case CURLE_ABORTED_BY_CALLBACK:
            return error(.cancelled)
        default:
            return error(.other)
        }
    }

    static func clientShutDown(url: String) -> HTTPTransportError {
        HTTPTransportError(.shutDown, "the HTTP client was shut down", url: url)
    }

    static func cancelled(url: String) -> HTTPTransportError {
        HTTPTransportError(.cancelled, "the request was cancelled", url: url)
    }

    static func tooLarge(limit: Int, url: String) -> HTTPTransportError {
        HTTPTransportError(.tooLarge, "the answer is longer than the \(limit) bytes allowed", url: url)
    }
}
