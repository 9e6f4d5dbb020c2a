import Concurrency
import Glibc
import HubHTTP
import HubTLS
import Installation
import Logging
import ServiceLifecycle

/// What stands between the network and the hub: settings, and what must run to keep them true.
struct NetworkFront {
    private(set) var settings = ServerSettings()
    private(set) var services: [any Service] = []

    /// Makes or reads the certificate, and fits the limits to this process.
    ///
    /// - Throws: `TLSFailure`, `SelfMadeCertificate.Unreadable` or `DataDirectory.Unusable`.
    init(
        _ options: NetworkOptions,
        listen: ListenAddress,
        publicURL: String?,
        directory: DataDirectory,
        logger: Logger
    ) throws {
        settings.trustedProxies = TrustedProxies(options.proxies, field: options.proxyHeader)
        settings.connections.maximum = options.maxConnections
        settings.connections.perAddress = options.maxConnectionsPerAddress
        settings.rates.address = RateLimits.Rate(
            burst: 5 * options.maxRequestsPerAddress,
            perSecond: Double(options.maxRequestsPerAddress)
        )
        settings.connections.fit(descriptors: Self.raiseDescriptors())
        if let certificate = options.certificate, let key = options.key {
            let files = try CertificateFiles(certificate: certificate, key: key, logger: logger)
            settings.tls = files.tls
            services.append(files)
        } else if options.mode == .selfSigned || options.mode == .auto && !listen.isLoopback {
            let own = try OwnCertificate(
                directory: directory,
                names: Self.names(listen, publicURL),
                logger: logger
            )
            settings.tls = own.tls
            settings.pin = own.pin
            services.append(own)
        }
    }

    var scheme: String { settings.tls == nil ? "http" : "https" }

    /// What clients may call this machine.
    private static func names(_ listen: ListenAddress, _ publicURL: String?) -> [String] {
        var buffer = [CChar](repeating: 0, count: 256)
        let isNamed = gethostname(&buffer, buffer.count - 1) == 0
        let host =
            isNamed ? String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
        let isAny = listen.host == "0.0.0.0" || listen.host == "::"
        let published = publicURL.flatMap { HubAddress($0)?.host }.map { String($0.filter { $0 != "[" && $0 != "]" }) }
        let names = ["localhost", "127.0.0.1", "::1", host, isAny ? nil : listen.host, published]
        return Set(names.compactMap(\.self).filter { !$0.isEmpty }).sorted()
    }

    /// Takes as many file descriptors as the system lets us have; each connection needs one.
    private static func raiseDescriptors() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        let wanted = rlimit(rlim_cur: limit.rlim_max, rlim_max: limit.rlim_max)
        var raised = wanted
        if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = wanted }
        return Int(clamping: limit.rlim_cur)
    }
}
