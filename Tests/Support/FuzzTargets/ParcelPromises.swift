import AgentProtocol
import Bundles

/// A parcel is written as it was read, byte for byte, and is within its bounds.
enum ParcelPromises {
    /// A parcel with one file of each kind.
    static var genuine: [UInt8] {
        var parcel = Parcel(timestamp: Array("{\"signed\":{}}".utf8))
        parcel.add(.metadata(.root(version: 2)), [])
        parcel.add(.metadata(.snapshot(version: 7)), Array("{}".utf8))
        parcel.add(.metadata(.targets(version: 7)), Array("[]".utf8))
        parcel.add(.metadata(.delegated(role: "team.a", version: 3)), Array("1".utf8))
        parcel.add(.layer(Digest(of: [])), Array("{}\n".utf8))
        return parcel.serialized()
    }

    static func check(_ input: [UInt8]) throws(BrokenPromise) {
        guard let parcel = try? Parcel(parsing: input) else { return }
        try promise(parcel.serialized() == input, "the parcel is written as another")
        try promise(parcel.byteCount == input.count, "the parcel counts \(parcel.byteCount) of \(input.count) bytes")
        try promise(parcel.entries.count <= Parcel.maximumEntries, "\(parcel.entries.count) files")
        try promise(parcel.timestamp == parcel[.metadata(.timestamp)], "the timestamp is not the first file")
        try promise(!parcel.timestamp.isEmpty, "there is no timestamp")
    }
}
