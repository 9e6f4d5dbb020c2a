import HTTPTransport

extension HubClientError {
    /// The error that stands for no answer at all.
    init(_ error: HTTPTransportError, hub url: String) {
        switch error.code {
        case .resolve:
            self.init(
                .unreachable(url: url),
                "the hub's name in \(url) does not resolve. Check --hub or OTOMI_HUB"
            )
        case .connect:
            self.init(
                .unreachable(url: url),
                "nothing answers at \(url). Check that the hub runs (otomi-hub serve) and --hub or OTOMI_HUB"
            )
        case .connectionLost:
            self.init(
                .unreachable(url: url),
                "the connection to \(url) broke before the answer was complete. Try again"
            )
        case .tls:
            self.init(
                .unreachable(url: url),
                "no trusted connection to \(url): \(error.message). "
                    + "Check the address, or name the hub's authority with --ca-file or OTOMI_CA_FILE, or its key with --hub-pin or OTOMI_HUB_PIN"
            )
        case .timeout, .slow:
            self.init(.timeout, "\(url) did not answer in time. Try again, or look at the hub's log")
        case .cancelled, .shutDown:
            self.init(.cancelled, "stopped before \(url) had answered")
        case .invalidRequest:
            self.init(.malformed, "\(url) cannot be asked: \(error.message). Check --hub or OTOMI_HUB, and the token")
        case .protocol:
            self.init(.unexpected, "\(url) does not speak HTTP: \(error.message). Check the scheme and port of --hub")
        default:
            self.init(.unexpected, "asking \(url) failed: \(error.message)")
        }
    }
}
