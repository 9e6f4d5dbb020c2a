import AgentProtocol
import Bundles

/// Requests of agents as a hub checks them: parsed, in time, not seen before, signed by the agent's key, body as digested.
struct SignedRequests {
    private static let now: Int64 = 1_795_348_800

    private let count: Int
    private let key = SigningKey()
    private let verifier = RequestVerifier()

    init(count: Int) throws {
        self.count = count
    }

    /// The time to verify one request.
    func verify(bodyBytes: Int) throws -> Duration {
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: bodyBytes)
        let route: AgentRoute =
            bodyBytes > 0 ? .report : .metadata(.timestamp, poll: AgentRoute.Poll(after: 41, waitSeconds: 50))
        let line = RequestLine(route)
        let signer = RequestSigner(key: key, bootID: "boot")
        var random = SystemRandomNumberGenerator()
        let signed = try (0..<count).map { _ in
            let fields = try signer.fields(
                for: line,
                body: body,
                created: Self.now,
                nonce: Nonce.make(using: &random)
            )
            return Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.value) })
        }
        var guardian = ReplayGuard()
        return try time(of: count) { number in
            let claim = try verifier.claim(of: line, field: { signed[number][$0] }, now: Self.now)
            try claim.verify(with: key.publicKey, body: body)
            try guardian.admit(claim, now: Self.now)
        }
    }
}
