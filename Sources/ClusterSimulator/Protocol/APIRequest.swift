/// One request to a simulated API server, free of any HTTP library.
package struct APIRequest: Sendable {
    package var method: String
    /// The decoded path, without the query.
    package var path: String
    /// The decoded query, in order.
    package var query: [(name: String, value: String)]
    package var accept: String
    package var contentType: String
    package var userAgent: String
    package var authorization: String?
    package var impersonation: Impersonation?
    package var body: [UInt8]

    /// A request; the query of `target` is split off and percent-decoded.
    package init(
        _ method: String,
        _ target: String,
        accept: String = "application/json",
        contentType: String = "application/json",
        userAgent: String = "otomi",
        authorization: String? = nil,
        impersonation: Impersonation? = nil,
        body: [UInt8] = []
    ) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        self.path = PercentCoding.decode(parts.first ?? "", plusIsSpace: false)
        self.query = parts.count > 1 ? PercentCoding.decodeQuery(parts[1]) : []
        self.accept = accept
        self.contentType = contentType
        self.userAgent = userAgent
        self.authorization = authorization
        self.impersonation = impersonation
        self.body = body
    }

    /// The first value of a query parameter.
    package func parameter(_ name: String) -> String? {
        query.first { $0.name == name }?.value
    }

    /// Whether a query parameter says yes.
    package func flag(_ name: String) -> Bool {
        guard let value = parameter(name) else { return false }
        return value == "true" || value == "1" || value.isEmpty
    }

    /// The field manager: the query's, or the user agent up to its first `/`.
    var fieldManager: String {
        if let manager = parameter("fieldManager"), !manager.isEmpty { return manager }
        return String(userAgent.prefix { $0 != "/" })
    }

    var isDryRun: Bool { parameter("dryRun") == "All" }
}

/// Percent-decoding of paths and queries.
enum PercentCoding {
    static func decode(_ text: some StringProtocol, plusIsSpace: Bool) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        var bytes: [UInt8] = []
        var iterator = Array(text.utf8)[...]
        while let byte = iterator.popFirst() {
            if byte == UInt8(ascii: "%"), iterator.count >= 2,
                let value = UInt8(String(decoding: iterator.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                iterator.removeFirst(2)
            } else if byte == UInt8(ascii: "+"), plusIsSpace {
                bytes.append(UInt8(ascii: " "))
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func decodeQuery(_ text: some StringProtocol) -> [(name: String, value: String)] {
        text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (
                decode(parts.first ?? "", plusIsSpace: true),
                parts.count > 1 ? decode(parts[1], plusIsSpace: true) : ""
            )
        }
    }
}
