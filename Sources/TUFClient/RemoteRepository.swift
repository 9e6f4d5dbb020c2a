import Bundles
package import HTTPTransport

/// A repository behind HTTP. Nothing that it answers is believed; everything is bounded.
package struct RemoteRepository: Sendable {
    private static let timeout = Duration.seconds(60)
    /// A peer that is slower than this for half a minute is given up.
    private static let minimumRate = HTTPRequest.MinimumRate(bytesPerSecond: 256, during: .seconds(30))

    private let client: HTTPClient
    private let base: String

    /// A repository, or a part of one, below the URL `base`.
    package init(_ base: String, client: HTTPClient) {
        self.client = client
        self.base = base.hasSuffix("/") ? base : base + "/"
    }

    /// Fetches the file at `path`, which is percent-encoded; `nil` when the repository does not have it.
    ///
    /// - Throws: `BundleError.endlessData` for more than `limit` bytes; `TUFClientError` for any other status or no answer.
    func fetch(_ path: String, limit: Int) async throws -> [UInt8]? {
        let request = HTTPRequest(
            .get,
            base + path,
            timeout: Self.timeout,
            maximumResponseBytes: limit,
            minimumRate: Self.minimumRate
        )
        let response: HTTPResponse
        do throws(HTTPTransportError) { response = try await client.send(request) } catch {
            guard error.code != .tooLarge else {
                throw BundleError(.endlessData, "\(base)\(path) has more than the \(limit) bytes that are taken")
            }
            throw TUFClientError("\(error)")
        }
        if response.isSuccess { return response.body }
        // Object stores answer 403 for a file that is not there.
        if [403, 404].contains(response.status) { return nil }
        throw TUFClientError("\(base)\(path) was answered with status \(response.status)")
    }
}
