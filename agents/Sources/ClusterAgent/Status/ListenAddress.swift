import Glibc

/// Where the status server listens: a numeric address and a port.
package struct ListenAddress: Hashable, Sendable, LosslessStringConvertible {
    /// The port of the agent's metrics and probes.
    package static let standardPort: UInt16 = 9464

    package let host: String
    package let port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads `127.0.0.1:9464`, `[::1]:9464` or `:9464`, which means every address; `nil` for any other form.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = String(text[..<colon])
        if host.isEmpty { host = "0.0.0.0" }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        self.init(host: host, port: port)
        guard isNumeric else { return nil }
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private var isNumeric: Bool {
        var (four, six) = (in_addr(), in6_addr())
        return inet_pton(AF_INET, host, &four) == 1 || inet_pton(AF_INET6, host, &six) == 1
    }

    /// Opens a socket that listens here; the port that was taken counts where the port is 0.
    ///
    /// - Throws: `AgentError` saying what to do.
    func listen() throws(AgentError) -> (descriptor: Int32, port: UInt16) {
        var six = sockaddr_in6()
        let isSix = inet_pton(AF_INET6, host, &six.sin6_addr) == 1
        let flags = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(isSix ? AF_INET6 : AF_INET, flags, 0)
        guard descriptor >= 0 else { throw refusal(errno) }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var result: Int32
        if isSix {
            six.sin6_family = sa_family_t(AF_INET6)
            six.sin6_port = port.bigEndian
            result = Self.bind(descriptor, &six)
        } else {
            var four = sockaddr_in()
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = port.bigEndian
            inet_pton(AF_INET, host, &four.sin_addr)
            result = Self.bind(descriptor, &four)
        }
        if result == 0 { result = Glibc.listen(descriptor, 16) }
        guard result == 0 else {
            let code = errno
            close(descriptor)
            throw refusal(code)
        }
        return (descriptor, Self.port(of: descriptor) ?? port)
    }

    private func refusal(_ code: Int32) -> AgentError {
        AgentError(
            "cannot listen on \(self): \(String(cString: strerror(code))); choose another address with --listen, or "
                + "--listen off"
        )
    }

    private static func bind<Address>(_ descriptor: Int32, _ address: inout Address) -> Int32 {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }

    private static func port(of descriptor: Int32) -> UInt16? {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        // The port is at the same place for both families.
        return result == 0 ? UInt16(bigEndian: address.sin6_port) : nil
    }
}
