import Bundles
import Testing

@testable import AgentProtocol

@Suite struct ParcelTests {
    private static let layer = Digest(of: Array("layer".utf8))

    private static var parcel: Parcel {
        var parcel = Parcel(timestamp: Array("{}".utf8))
        parcel.add(.metadata(.root(version: 2)), [])
        parcel.add(.metadata(.snapshot(version: 7)), [1, 2])
        parcel.add(.metadata(.targets(version: 7)), [UInt8](repeating: 3, count: 70_000))
        parcel.add(.metadata(.delegated(role: "team.a", version: 3)), [4])
        parcel.add(.layer(layer), [5, 6])
        return parcel
    }

    @Test func `a parcel is written and read back, in its order`() throws {
        let parcel = Self.parcel
        let bytes = parcel.serialized()
        #expect(bytes.count == parcel.byteCount)
        let again = try Parcel(parsing: bytes)
        #expect(again == parcel)
        #expect(
            again.entries.map(\.name.description) == [
                "tuf/timestamp.json", "tuf/2.root.json", "tuf/7.snapshot.json", "tuf/7.targets.json",
                "tuf/3.team.a.json", "layers/sha256/\(Self.layer.hex)",
            ]
        )
        #expect(again.timestamp == Array("{}".utf8))
        #expect(again[.metadata(.snapshot(version: 7))] == [1, 2])
        #expect(again[.metadata(.root(version: 2))] == [])
        #expect(again[.metadata(.root(version: 3))] == nil)
        #expect(again.layers == [Self.layer: [5, 6]])
    }

    @Test func `a parcel that is cut anywhere between two files is another, and elsewhere none`() throws {
        var parcel = Self.parcel
        let bytes = Array(parcel.serialized().prefix(120))
        let whole = (1...bytes.count).filter { (try? Parcel(parsing: Array(bytes.prefix($0)))) != nil }
        parcel = Parcel(timestamp: Array("{}".utf8))
        var ends = [parcel.byteCount]
        parcel.add(.metadata(.root(version: 2)), [])
        ends.append(parcel.byteCount)
        parcel.add(.metadata(.snapshot(version: 7)), [1, 2])
        ends.append(parcel.byteCount)
        #expect(whole == ends)
    }

    @Test(arguments: [
        "../enrol", "enrol", "report", "tuf/timestamp.json?after=1", "tuf/07.targets.json", "tuf/root.json",
        "layers/sha256/ab", "", "/tuf/timestamp.json",
    ])
    func `other names are no files of an agent's`(name: String) {
        #expect(Parcel.Name(name) == nil)
        let text = Array(name.utf8)
        let bytes = Parcel(timestamp: [1]).serialized() + [UInt8(text.count)] + text + [0, 0, 0, 0]
        #expect(throws: ParcelError.self) { try Parcel(parsing: bytes) }
    }

    @Test func `a parcel begins with the timestamp, has each file once, and is of the form that is known`() {
        let timestamp = Parcel(timestamp: [1]).serialized()
        #expect(throws: ParcelError.self) { try Parcel(parsing: []) }
        #expect(throws: ParcelError.self) { try Parcel(parsing: [1]) }
        #expect(throws: ParcelError.self) { try Parcel(parsing: [2] + timestamp.dropFirst()) }
        #expect(throws: ParcelError.self) { try Parcel(parsing: timestamp + timestamp.dropFirst()) }
        #expect(throws: ParcelError.self) { try Parcel(parsing: Parcel(timestamp: []).serialized()) }
        let other = Array("tuf/7.targets.json".utf8)
        #expect(throws: ParcelError.self) { try Parcel(parsing: [1, UInt8(other.count)] + other + [0, 0, 0, 1, 9]) }
        // More is announced than there is, and than a number of 32 bits can say of one's memory.
        #expect(throws: ParcelError.self) { try Parcel(parsing: timestamp.dropLast(5) + [255, 255, 255, 255, 1]) }
    }

    @Test func `a parcel is bounded on both sides`() throws {
        var parcel = Parcel(timestamp: [1])
        let long = [UInt8](repeating: 0, count: Parcel.maximumBytes)
        let isTooLongTaken = parcel.add(.metadata(.targets(version: 1)), long)
        #expect(!isTooLongTaken)
        #expect(!parcel.hasRoom(for: Parcel.maximumBytes))
        var version: Int64 = 0
        while parcel.add(.metadata(.targets(version: version + 1)), [UInt8](repeating: 0, count: 10_000)) {
            version += 1
        }
        #expect(version > 40)
        #expect(parcel.byteCount <= Parcel.maximumBytes)
        let isTakenTwice = parcel.add(.metadata(.targets(version: 1)), [])
        #expect(!isTakenTwice)
        #expect(try Parcel(parsing: parcel.serialized()) == parcel)
        let tooLong = [UInt8](repeating: 1, count: Parcel.maximumBytes + 1)
        #expect(throws: ParcelError.self) { try Parcel(parsing: tooLong) }
    }

    @Test func `no more files are carried than a parcel may have`() throws {
        var parcel = Parcel(timestamp: [1])
        for version in 1..<Int64(Parcel.maximumEntries) { parcel.add(.metadata(.root(version: version)), []) }
        #expect(parcel.entries.count == Parcel.maximumEntries)
        let isOneMoreTaken = parcel.add(.metadata(.root(version: 5_000)), [])
        #expect(!isOneMoreTaken)
        #expect(try Parcel(parsing: parcel.serialized()) == parcel)
        let name = Array("tuf/5000.root.json".utf8)
        let bytes = parcel.serialized() + [UInt8(name.count)] + name + [0, 0, 0, 0]
        #expect(throws: ParcelError.self) { try Parcel(parsing: bytes) }
    }
}
