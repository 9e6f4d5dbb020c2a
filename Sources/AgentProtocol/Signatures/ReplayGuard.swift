/// Remembers the nonces of verified requests for as long as those requests could be sent again.
///
/// Two generations of sets stand in for a queue by time: a generation lives at least twice the window, which is the longest
/// that a signature is accepted, and is then dropped as a whole. Memory is bounded for each key and for all keys.
package struct ReplayGuard: Sendable {
    private struct Generation {
        var nonces: [String: Set<String>] = [:]
        var count = 0
    }

    private let lifetime: Int64
    private let maximumPerKey: Int
    private let maximum: Int
    private var current = Generation()
    private var previous = Generation()
    private var rotatedAt: Int64?

    /// Remembers nonces for a verifier with this window.
    package init(
        windowSeconds: Int64 = RequestVerifier.defaultWindowSeconds,
        maximumPerKey: Int = 20_000,
        maximum: Int = 1_000_000
    ) {
        lifetime = 2 * windowSeconds
        self.maximumPerKey = maximumPerKey
        self.maximum = maximum
    }

    /// How many nonces are remembered.
    package var count: Int { current.count + previous.count }

    /// Takes a claim whose signature was verified.
    ///
    /// Call it after the verification: otherwise a stranger could use up an agent's nonces.
    ///
    /// - Throws: `SignatureError.replayed` for a nonce that was used, `.overloaded` when no more can be remembered; a nonce
    ///   is never forgotten early to make room.
    package mutating func admit(_ claim: RequestClaim, now: Int64) throws(SignatureError) {
        try admit(nonce: claim.nonce, keyID: claim.keyID, now: now)
    }

    mutating func admit(nonce: String, keyID: String, now: Int64) throws(SignatureError) {
        rotate(now)
        // The sets are never copied out: an insertion into a shared one would copy it whole.
        let isUsed =
            current.nonces[keyID]?.contains(nonce) ?? false || previous.nonces[keyID]?.contains(nonce) ?? false
        guard !isUsed else {
            throw SignatureError(.replayed, "the nonce was already used with the key \(keyID)")
        }
        guard current.nonces[keyID]?.count ?? 0 < maximumPerKey, current.count < maximum else {
            throw SignatureError(.overloaded, "too many requests within \(lifetime) s; ask again later")
        }
        current.nonces[keyID, default: []].insert(nonce)
        current.count += 1
    }

    private mutating func rotate(_ now: Int64) {
        guard let since = rotatedAt else {
            rotatedAt = now
            return
        }
        guard now - since >= lifetime else { return }
        // After a long silence both generations are old; a clock that went back changes nothing.
        previous = now - since >= 2 * lifetime ? Generation() : current
        current = Generation()
        rotatedAt = now
    }
}
