package import JSON

/// Where a claim stands: its name, or the names on the way to it with dots between, such as `realm_access.roles`.
package struct ClaimPath: Hashable, Sendable, CustomStringConvertible {
    private static let longest = 200

    private let text: String

    /// Takes a path over; `nil` when it is empty or longer than 200 characters.
    package init?(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= Self.longest else { return nil }
        self.text = text
    }

    /// The claim where groups usually are.
    package static let groups = ClaimPath(fixed: "groups")

    private init(fixed text: String) { self.text = text }

    package var description: String { text }

    /// The name of the outermost claim.
    var head: String { text.split(separator: ".").first.map(String.init) ?? text }

    /// The claim, or `nil` when it is not there.
    ///
    /// A claim whose whole name is the path comes first: some providers name claims by URLs, which have dots.
    package func value(in claims: JSONValue) -> JSONValue? {
        if let whole = claims[text] { return whole }
        return claims[JSONPointer(text.split(separator: ".").map(String.init))]
    }
}
