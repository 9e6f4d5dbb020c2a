/// Where a browser goes after it signed in: a path of this hub and nothing else.
///
/// Whatever a browser could read as another host or scheme is refused, or the hub's address would lead anywhere
/// (an open redirect).
struct ReturnPath: Hashable, Sendable {
    static let home = ReturnPath(trusted: "/")

    private static let longest = 1_000

    let text: String

    private init(trusted text: String) { self.text = text }

    /// The path that `text` asks for; the hub's first page when it is none.
    init(_ text: String?) {
        guard let text, Self.isPath(text) else {
            self = .home
            return
        }
        self.text = text
    }

    private static func isPath(_ text: String) -> Bool {
        // Browsers take a backslash for a slash, and pass over tabs and line breaks.
        guard text.hasPrefix("/"), !text.hasPrefix("//"), text.utf8.count <= longest,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
        else { return false }
        // A path that signs somebody in or out would go round in circles.
        let path = text.prefix { $0 != "?" && $0 != "#" }
        return path == "/auth/device" || !path.hasPrefix("/auth/")
    }
}
