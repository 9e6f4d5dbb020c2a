import Bundles

/// What one Ed25519 signature and one verification take: the limit of everything that is signed.
struct SignatureLimit {
    private static let count = 2_000

    let signing: Duration
    let verifying: Duration

    init() throws {
        let key = SigningKey()
        let message = [UInt8](repeating: 1, count: 400)
        let signature = try key.sign(message)
        var signing = Duration.seconds(1)
        var verifying = Duration.seconds(1)
        for _ in 0..<5 {
            signing = min(signing, try time(of: Self.count) { _ in _ = try key.sign(message) })
            verifying = min(
                verifying,
                try time(of: Self.count) { _ in
                    guard key.publicKey.verifies(signature, of: message) else {
                        throw Failure("a signature is refused")
                    }
                }
            )
        }
        self.signing = signing
        self.verifying = verifying
    }
}

/// Something did not do what is measured.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The mean time of one of `count` operations.
func time(of count: Int, _ operation: (Int) throws -> Void) rethrows -> Duration {
    let start = ContinuousClock.now
    for number in 0..<count { try operation(number) }
    return start.duration(to: .now) / count
}
