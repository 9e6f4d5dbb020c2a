import Concurrency
import HubStore
package import Hummingbird
import Logging

/// What one request carries through the middleware: who calls, and the log line's metadata.
package struct HubContext: RequestContext {
    static let requestIDKey = "hb.request.id"

    package var coreContext: CoreRequestContextStorage
    /// The person or machine who calls; set by ``PersonAuthentication``.
    var caller: Caller?
    /// The cluster whose agent signed the request; set by ``AgentAuthentication``.
    var agent: AgentIdentity?

    /// What was known of the metadata of that cluster when the agent was looked up.
    var metadata: SeenMetadata?

    /// The address that the request comes from, without a port; `nil` in a router without a socket.
    ///
    /// It is that of the other end of the connection, or what a trusted proxy says; see ``CallerAddress``.
    var address: String?

    /// Whom limits count the request to.
    ///
    /// `nil` without a socket, and for a trusted proxy that named nobody: a whole fleet may stand behind it.
    var subscriber: [UInt8]?

    /// The number by which the log tells this request from others; a log handler that keeps no metadata has none.
    var requestID: String { logger[metadataKey: Self.requestIDKey].map { "\($0)" } ?? "without a number" }

    package init(source: Source) {
        coreContext = .init(source: source)
        address = source.channel.remoteAddress?.ipAddress
        subscriber = address.flatMap { IPAddress($0) }?.subscriber
    }
}
