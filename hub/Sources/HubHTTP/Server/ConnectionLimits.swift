/// What one connection may cost, and how many there may be.
///
/// The rates are far below what the worst useful line brings; below them somebody holds a connection on purpose.
package struct ConnectionLimits: Hashable, Sendable {
    /// How many connections there are at once.
    ///
    /// Defaults to 20,000; the program lowers it to what its file descriptors allow.
    package var maximum = 20_000
    /// How many of them come from one address; a trusted proxy has no such limit.
    ///
    /// Defaults to 4,096: a fleet may stand behind one gateway.
    package var perAddress = 4_096
    /// From the connection, TLS included, to the first complete head of a request.
    package var headTimeout: Duration = .seconds(15)
    /// From an answer to the next complete head.
    ///
    /// Defaults to 75 seconds, more than load balancers keep an idle connection, so that it is they who close it.
    package var idleTimeout: Duration = .seconds(75)
    /// The longest that a whole body may take.
    package var bodyTimeout: Duration = .seconds(120)
    /// The slowest body, measured over ``bodyWindow``.
    package var bodyBytesPerSecond = 1_024
    package var bodyWindow: Duration = .seconds(10)
    /// The slowest reader of an answer, measured over ``answerWindow``.
    package var answerBytesPerSecond = 1_024
    package var answerWindow: Duration = .seconds(30)
    /// The longest request target.
    package var targetBytes = 8 << 10
    package var headerFieldBytes = 16 << 10
    package var headerBytes = 32 << 10
    package var headerFields = 100

    package init() {}

    /// Lowers the number of connections to what so many file descriptors allow, with some left for the database and files.
    package mutating func fit(descriptors: Int) {
        maximum = max(16, min(maximum, descriptors - max(64, descriptors / 8)))
        perAddress = min(perAddress, maximum)
    }
}
