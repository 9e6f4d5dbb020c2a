import Bundles

/// What is stored of one secret: `v2.<data key>.<name>.<base64>`.
///
/// The name is the secret's own for as long as it is not replaced, and says nothing about its content; a change of the data
/// key keeps it, so that markers that people hold stay good. The first format, `v1.<base64>`, has no name and is sealed
/// under data key 1; it goes by the digest of its text.
struct SealedText {
    let keyID: Int64
    let name: String
    let bytes: [UInt8]
    private let isFirstFormat: Bool

    /// `nil` when `text` is of neither format.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        switch (parts.first, parts.count) {
        case ("v1", 2):
            keyID = 1
            isFirstFormat = true
        case ("v2", 4):
            guard let number = Int64(parts[1]), number > 0 else { return nil }
            keyID = number
            isFirstFormat = false
        default: return nil
        }
        guard let bytes = Base64.decode(parts[parts.count - 1]) else { return nil }
        self.bytes = bytes
        name = isFirstFormat ? Self.digestName(text) : String(parts[2])
    }

    init(keyID: Int64, name: String, bytes: [UInt8]) {
        self.keyID = keyID
        self.name = name
        self.bytes = bytes
        isFirstFormat = false
    }

    /// The name of any sealed leaf; one that is of no known format goes by the digest of its text too.
    static func name(of text: String) -> String { SealedText(text)?.name ?? digestName(text) }

    var text: String { "v2.\(keyID).\(name).\(Base64.encode(bytes))" }

    /// What the ciphertext is bound to beside the key: its place, and in the second format its key and its name.
    func authenticated(_ context: String) -> [UInt8] {
        Array((isFirstFormat ? context : "v2.\(keyID).\(name).\(context)").utf8)
    }

    private static func digestName(_ text: String) -> String { String(Digest(of: Array(text.utf8)).hex.prefix(16)) }
}
