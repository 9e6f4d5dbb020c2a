package import Bundles

/// The answer to a poll, with the files that its asker would ask for next.
///
/// What it carries is worth what the same bytes are worth when they are fetched: nothing, until they are verified. An empty
/// file says that the hub has none of that name.
///
/// Its bytes are one byte that says the form, then for each file the length of the name (one byte), the name, the length of
/// the content (four bytes, the highest first) and the content.
package struct Parcel: Hashable, Sendable {
    /// Which file; its text is the path below `/agent/v1/`.
    package enum Name: Hashable, Sendable, LosslessStringConvertible {
        case metadata(MetadataFileName)
        case layer(Digest)

        /// Reads what `description` writes; `nil` for anything else.
        package init?(_ text: String) {
            switch AgentRoute(method: "GET", path: "\(AgentRoute.prefix)/\(text)") {
            case .metadata(let file, _)?: self = .metadata(file)
            case .layer(let digest)?: self = .layer(digest)
            default: return nil
            }
        }

        package var description: String {
            let route: AgentRoute =
                switch self {
                case .metadata(let file): .metadata(file, poll: nil)
                case .layer(let digest): .layer(digest)
                }
            return String(route.path.dropFirst(AgentRoute.prefix.count + 1))
        }
    }

    /// A file and its name.
    package struct Entry: Hashable, Sendable {
        package let name: Name
        package let bytes: [UInt8]

        var byteCount: Int { Parcel.byteCount(name, bytes.count) }
    }

    package static let mediaType = "application/vnd.otomi.parcel"

    /// How long a parcel may be, all in all.
    package static let maximumBytes = 512 << 10

    /// How many files it may carry.
    package static let maximumEntries = 1_024

    private static let form: UInt8 = 1

    /// The files; the timestamp is the first.
    package private(set) var entries: [Entry]

    /// How many bytes ``serialized()`` has.
    package private(set) var byteCount: Int

    /// A parcel that carries nothing but the timestamp.
    package init(timestamp: [UInt8]) {
        entries = [Entry(name: .metadata(.timestamp), bytes: timestamp)]
        byteCount = 1 + entries[0].byteCount
    }

    /// The timestamp file.
    package var timestamp: [UInt8] { entries[0].bytes }

    /// The bytes of a file; `nil` when it is not carried, none when the hub does not have it.
    package subscript(name: Name) -> [UInt8]? { entries.first { $0.name == name }?.bytes }

    /// The layers by digest, as they came.
    package var layers: [Digest: [UInt8]] {
        var layers: [Digest: [UInt8]] = [:]
        for entry in entries {
            if case .layer(let digest) = entry.name { layers[digest] = entry.bytes }
        }
        return layers
    }

    /// Whether another `count` files fit that have `bytes` bytes together.
    package func hasRoom(for bytes: Int, files count: Int = 1) -> Bool {
        // No name is longer than 255 bytes.
        entries.count + count <= Self.maximumEntries
            && byteCount + bytes + count * (1 + 255 + 4) <= Self.maximumBytes
    }

    /// Puts a file in, where it fits and is not in yet.
    ///
    /// - Returns: whether it is carried now.
    @discardableResult
    package mutating func add(_ name: Name, _ bytes: [UInt8]) -> Bool {
        guard hasRoom(for: bytes.count), self[name] == nil else { return false }
        let entry = Entry(name: name, bytes: bytes)
        entries.append(entry)
        byteCount += entry.byteCount
        return true
    }

    private static func byteCount(_ name: Name, _ count: Int) -> Int { 1 + name.description.utf8.count + 4 + count }

    // MARK: - Its bytes

    /// As it travels.
    package func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        bytes.append(Self.form)
        for entry in entries {
            let name = entry.name.description.utf8
            bytes.append(UInt8(truncatingIfNeeded: name.count))
            bytes += name
            let count = UInt32(truncatingIfNeeded: entry.bytes.count)
            for shift in stride(from: UInt32(24), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: count >> shift))
            }
            bytes += entry.bytes
        }
        return bytes
    }

    /// Reads what ``serialized()`` wrote.
    ///
    /// - Throws: `ParcelError` for anything else, what is longer than a parcel may be, and a name that comes twice.
    package init(parsing bytes: [UInt8]) throws(ParcelError) {
        guard bytes.count <= Self.maximumBytes else {
            throw ParcelError("it has \(bytes.count) bytes, and may have \(Self.maximumBytes)")
        }
        guard bytes.first == Self.form else { throw ParcelError("it does not begin as a parcel does") }
        var rest = bytes.dropFirst()
        var entries: [Entry] = []
        var names: Set<Name> = []
        while !rest.isEmpty {
            let entry = try Self.entry(&rest)
            guard entries.count < Self.maximumEntries else {
                throw ParcelError("it carries more than \(Self.maximumEntries) files")
            }
            guard names.insert(entry.name).inserted else { throw ParcelError("it carries \(entry.name) twice") }
            entries.append(entry)
        }
        guard let first = entries.first, first.name == .metadata(.timestamp), !first.bytes.isEmpty else {
            throw ParcelError("its first file is no timestamp")
        }
        self.entries = entries
        byteCount = bytes.count
    }

    private static func entry(_ rest: inout ArraySlice<UInt8>) throws(ParcelError) -> Entry {
        let nameLength = try number(ofBytes: 1, in: &rest)
        guard let text = String(validating: try take(nameLength, of: &rest), as: UTF8.self), let name = Name(text)
        else {
            throw ParcelError("a name in it is none of an agent's files")
        }
        return Entry(name: name, bytes: try take(try number(ofBytes: 4, in: &rest), of: &rest))
    }

    private static func number(ofBytes count: Int, in rest: inout ArraySlice<UInt8>) throws(ParcelError) -> Int {
        try take(count, of: &rest).reduce(0) { $0 << 8 | Int($1) }
    }

    private static func take(_ count: Int, of rest: inout ArraySlice<UInt8>) throws(ParcelError) -> [UInt8] {
        guard count <= rest.count else { throw ParcelError("it ends in the middle of a file") }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }
}
