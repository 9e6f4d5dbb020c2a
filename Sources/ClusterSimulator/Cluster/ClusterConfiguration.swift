package import Concurrency

/// What a simulated cluster is made of.
package struct ClusterConfiguration: Sendable {
    package var name: String
    /// The minor version of Kubernetes 1 that the cluster pretends to be.
    package var minorVersion: Int
    package var behaviour: Behaviour
    /// How many changes a watch can go back.
    package var historyLimit: Int
    /// The bearer token that every request must carry; `nil` lets everybody in.
    package var token: String?
    /// Holds whoever is impersonated to the roles that are bound to them; otherwise they may do everything.
    package var authorizes: Bool
    package var clock: WallClock
    /// Makes the identity of each new object.
    package var makeUID: @Sendable () -> String

    package init(
        name: String = "simulated",
        minorVersion: Int = 32,
        behaviour: Behaviour = Behaviour(),
        historyLimit: Int = 1024,
        token: String? = nil,
        authorizes: Bool = false,
        clock: @escaping WallClock = { UnixTime.now() },
        makeUID: @escaping @Sendable () -> String = { UniqueIdentifier.random() }
    ) {
        self.name = name
        self.minorVersion = minorVersion
        self.behaviour = behaviour
        self.historyLimit = historyLimit
        self.token = token
        self.authorizes = authorizes
        self.clock = clock
        self.makeUID = makeUID
    }

    var gitVersion: String { "v1.\(minorVersion).0" }
}

/// Identities of objects: UUIDs of version 4.
package enum UniqueIdentifier {
    /// A new identity.
    package static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return make(using: &generator)
    }

    /// A new identity from the given source of randomness.
    package static func make(using generator: inout some RandomNumberGenerator) -> String {
        let high = generator.next() & ~0xF000 | 0x4000
        let low = generator.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = hexadecimal(high) + hexadecimal(low)
        var result = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { result.append("-") }
            result.append(digit)
        }
        return result
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}
