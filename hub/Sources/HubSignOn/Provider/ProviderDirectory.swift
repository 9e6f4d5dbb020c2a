package import Concurrency
import JSON
package import Logging
import Synchronization

/// What is known of the provider: its own description and its keys, fetched when they are needed and kept for a while.
package final class ProviderDirectory: Sendable {
    private struct Cached<Value: Sendable>: Sendable {
        let value: Value
        let fetchedAt: UnixTime
    }

    private struct State {
        var metadata: Cached<ProviderMetadata>?
        var keys: Cached<JSONWebKeySet>?
        /// When the keys were last asked for, whether or not they came.
        var keysTriedAt: UnixTime?
    }

    /// How long the description counts as new.
    package static let metadataLifetime: Duration = .seconds(3_600)
    /// How often, at most, a key that is not known makes the hub ask for the keys again.
    ///
    /// Otherwise whoever can bring about a callback could have the provider flooded.
    package static let keyRefetchInterval: Duration = .seconds(60)
    /// Keys older than this are fetched anew even when they fit, so that a withdrawn key stops counting.
    package static let keysLifetime: Duration = .seconds(3_600)

    private let issuer: String
    private let client: ProviderClient
    private let clock: WallClock
    private let logger: Logger
    private let state = Mutex(State())
    /// One fetch at a time; those who waited find what it brought.
    private let gate = AsyncGate()

    package init(issuer: String, client: ProviderClient, clock: @escaping WallClock, logger: Logger) {
        self.issuer = issuer
        self.client = client
        self.clock = clock
        self.logger = logger
    }

    /// The provider's description; a new one at least every hour while the provider can be reached.
    ///
    /// - Throws: `SignOnError` when there was never one to be had.
    package func metadata() async throws(SignOnError) -> ProviderMetadata {
        if let fresh = freshMetadata() { return fresh }
        return try await oneAtATime { () async throws(SignOnError) in
            if let fresh = self.freshMetadata() { return fresh }
            do throws(SignOnError) {
                let url = (self.issuer.hasSuffix("/") ? String(self.issuer.dropLast()) : self.issuer) + Self.wellKnown
                let json = try await self.client.get(url, what: "the discovery of the provider")
                let metadata = try ProviderMetadata(json: json, issuer: self.issuer)
                self.state.withLock { $0.metadata = Cached(value: metadata, fetchedAt: self.clock()) }
                return metadata
            } catch {
                // What it said an hour ago was as trustworthy as what it would say now.
                guard error.code == .unavailable, let old = self.state.withLock({ $0.metadata?.value }) else {
                    throw error
                }
                self.logger.warning("the provider's description is old", metadata: ["error": "\(error)"])
                return old
            }
        }
    }

    /// The keys that may have signed a token with this header; the keys are fetched again when none fits.
    ///
    /// - Throws: `SignOnError` when the keys cannot be had, or none of them fits.
    package func keys(for header: JSONWebToken.Header) async throws(SignOnError) -> [JSONWebKey] {
        let metadata = try await metadata()
        if let known = knownKeys(for: header) { return known }
        try await oneAtATime { () async throws(SignOnError) in
            if self.knownKeys(for: header) == nil, self.mayFetchKeys() { try await self.fetchKeys(metadata) }
        }
        guard let known = knownKeys(for: header) else {
            throw SignOnError(
                .token,
                "the provider has no key '\(header.keyID?.prefix(64) ?? "")' for \(header.algorithm.rawValue)"
            )
        }
        return known
    }

    // MARK: - What is kept

    private static let wellKnown = "/.well-known/openid-configuration"

    private func freshMetadata() -> ProviderMetadata? {
        let now = clock()
        return state.withLock { state in
            state.metadata.flatMap { now < $0.fetchedAt + Self.metadataLifetime ? $0.value : nil }
        }
    }

    private func knownKeys(for header: JSONWebToken.Header) -> [JSONWebKey]? {
        let now = clock()
        guard let keys = state.withLock({ $0.keys }), now < keys.fetchedAt + Self.keysLifetime else { return nil }
        let candidates = keys.value.candidates(for: header)
        return candidates.isEmpty ? nil : candidates
    }

    private func mayFetchKeys() -> Bool {
        let now = clock()
        return state.withLock { state in
            if let last = state.keysTriedAt, now < last + Self.keyRefetchInterval { return false }
            state.keysTriedAt = now
            return true
        }
    }

    private func fetchKeys(_ metadata: ProviderMetadata) async throws(SignOnError) {
        let json = try await client.get(metadata.keysURL, what: "the provider's keys")
        let keys: JSONWebKeySet
        do throws(JSONError) { keys = try JSONWebKeySet(json: json) } catch {
            throw SignOnError(.provider, "the provider's keys are no key set: \(error)")
        }
        state.withLock { $0.keys = Cached(value: keys, fetchedAt: clock()) }
    }

    private func oneAtATime<Value: Sendable>(
        _ body: @Sendable () async throws(SignOnError) -> Value
    ) async throws(SignOnError) -> Value {
        do { try await gate.enter() } catch { throw SignOnError(.unavailable, "the request was cancelled") }
        defer { gate.leave() }
        return try await body()
    }
}
