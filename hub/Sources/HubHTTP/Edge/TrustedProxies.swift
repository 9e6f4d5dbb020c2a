package import Concurrency
import HTTPTypes
import Hummingbird

/// The proxies whose word on the address of a caller counts; nobody else's does.
package struct TrustedProxies: Hashable, Sendable {
    /// Where such a proxy writes the address that it was called from.
    ///
    /// Only one counts: a proxy that writes the one may pass on what a caller wrote into the other.
    package enum Field: String, CaseIterable, Hashable, Sendable {
        case xForwardedFor = "x-forwarded-for"
        /// RFC 7239.
        case forwarded
    }

    /// A list longer than this is nobody's.
    private static let longestChain = 32

    package var ranges: [AddressRange] = []
    package var field = Field.xForwardedFor

    package init(_ ranges: [AddressRange] = [], field: Field = .xForwardedFor) {
        self.ranges = ranges
        self.field = field
    }

    package func contains(_ address: IPAddress) -> Bool { ranges.contains { $0.contains(address) } }

    /// The address of the caller behind the peer at `peer`: the last one in the list that no trusted proxy has.
    func caller(_ peer: IPAddress, _ fields: HTTPFields) -> String? {
        guard contains(peer) else { return nil }
        var caller: String?
        for entry in chain(fields).suffix(Self.longestChain).reversed() {
            guard let entry, let address = IPAddress(entry) else { break }
            caller = entry
            guard contains(address) else { break }
        }
        return caller
    }

    /// The addresses as they were written, first the farthest; `nil` for what is none.
    private func chain(_ fields: HTTPFields) -> [String?] {
        guard let name = HTTPField.Name(field.rawValue) else { return [] }
        let elements = fields[values: name].flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        return elements.map { element in
            switch field {
            case .xForwardedFor: return Self.address(element)
            case .forwarded:
                let pairs = element.split(separator: ";").map { $0.trimmingSpaces }
                guard let pair = pairs.first(where: { $0.lowercased().hasPrefix("for=") }) else { return nil }
                return Self.address(pair.dropFirst("for=".count))
            }
        }
    }

    /// An address without the quotes, the brackets and the port that may be around it.
    private static func address(_ text: Substring) -> String? {
        var text = text.trimmingSpaces
        if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") { text = text.dropFirst().dropLast() }
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            text = text[text.index(after: text.startIndex)..<end]
        } else if text.count(where: { $0 == ":" }) == 1, let colon = text.firstIndex(of: ":") {
            text = text[..<colon]
        }
        return text.isEmpty ? nil : String(text)
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text = text.dropFirst() }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return text
    }
}
