import Bundles

/// What failed sign-ins are counted by.
enum SignInKey {
    static func name(_ folded: String) -> [UInt8] { HubStore.hash("name \(folded)") }

    /// A name as it is tried from one address.
    static func name(_ folded: String, from address: String?) -> [UInt8] {
        HubStore.hash("name \(folded) from \(address.map { Hexadecimal.encode(Self.address($0)) } ?? "nowhere")")
    }

    /// An address; of an IPv6 address the network, for everybody has 2^64 addresses in theirs.
    static func address(_ address: String) -> [UInt8] {
        guard address.contains(":"), !address.contains(".") else { return HubStore.hash("address \(address)") }
        let halves = address.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
        var groups = halves[0].split(separator: ":").map(String.init)
        if halves.count == 2 {
            let tail = halves[1].split(separator: ":")
            groups += [String](repeating: "0", count: max(0, 8 - groups.count - tail.count)) + tail.map(String.init)
        }
        return HubStore.hash("network \(groups.prefix(4).joined(separator: ":"))")
    }
}
