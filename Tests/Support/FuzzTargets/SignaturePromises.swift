import AgentProtocol
import Bundles

/// A request's signature fields read back as they were written, and none passes that the agent did not make.
///
/// An input is the values of Signature-Input, Signature and Content-Digest, one on each line, and then the body.
struct SignaturePromises: Sendable {
    static let shared = SignaturePromises()

    private static let now: Int64 = 1_795_348_800
    private static let line = RequestLine(.report)
    /// The fields as they stand in an input, a line each; the body follows them.
    private static let order = ["signature-input", "signature", ContentDigest.fieldName, Boot.fieldName]

    private let key: SigningKey?
    /// The fields of a genuine request, for a corpus.
    let request: [UInt8]

    private init() {
        key = try? SigningKey(rawBytes: Array(repeating: 7, count: 32))
        let fields =
            key.flatMap {
                try? RequestSigner(key: $0, bootID: "boot").fields(
                    for: Self.line,
                    body: Array("{}".utf8),
                    created: Self.now,
                    nonce: "AAAAAAAAAAAAAAAAAAAAAA"
                )
            } ?? []
        let lines = Self.order.map { name in (fields.first { $0.name == name }?.value ?? "") + "\n" }
        request = Array(lines.joined().utf8) + Array("{}".utf8)
    }

    func check(_ input: [UInt8]) throws(BrokenPromise) {
        let (fields, body) = Self.parts(of: input)
        for label in ["otomi", "sig1"] { try Self.readsBack(fields["signature-input"] ?? "", label) }
        let isOfBody = (try? ContentDigest.check(body, against: fields[ContentDigest.fieldName] ?? "")) != nil
        guard let claim = passed(fields, body) else { return }
        try promise(isOfBody, "a body passed whose digest does not fit")
        try promise(body == Array("{}".utf8), "a body passed that nobody signed")
        try promise(claim.created == Self.now, "a time passed that nobody signed")
    }

    var takesItsOwn: Bool {
        let (fields, body) = Self.parts(of: request)
        return passed(fields, body) != nil
    }

    private func passed(_ fields: [String: String], _ body: [UInt8]) -> RequestClaim? {
        guard let key, let claim = try? RequestVerifier().claim(of: Self.line, field: { fields[$0] }, now: Self.now),
            (try? claim.verify(with: key.publicKey, body: body)) != nil
        else { return nil }
        return claim
    }

    private static func parts(of input: [UInt8]) -> (fields: [String: String], body: [UInt8]) {
        let lines = input.split(separator: UInt8(ascii: "\n"), maxSplits: order.count, omittingEmptySubsequences: false)
        let texts = lines.map { String(decoding: $0, as: UTF8.self) }
        var fields: [String: String] = [:]
        for (name, text) in zip(order, texts) {
            fields[name] = text
        }
        return (fields, lines.count > order.count ? Array(lines[order.count]) : [])
    }

    private static func readsBack(_ field: String, _ label: String) throws(BrokenPromise) {
        guard let read = try? SignatureInput(field: field, label: label) else { return }
        guard let again = try? SignatureInput(field: "\(label)=\(read.text)", label: label) else {
            throw BrokenPromise("Signature-Input is not read back: \(read.text)")
        }
        try promise(again == read, "Signature-Input reads back as something else: \(read.text)")
        try promise(again.text == read.text, "Signature-Input has two forms: \(read.text)")
    }
}
