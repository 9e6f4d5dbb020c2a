import Bundles
import Testing

@testable import AgentProtocol

@Suite struct RequestSignatureTests {
    private let now: Int64 = 1_795_348_800
    private let key = SigningKey()
    private let line = RequestLine(.metadata(.timestamp, poll: AgentRoute.Poll(after: 3, waitSeconds: 20)))
    private let nonce = "0123456789abcdef"

    private func signed(
        _ line: RequestLine? = nil,
        body: [UInt8] = [],
        created: Int64? = nil
    ) throws -> [String: String] {
        let fields = try RequestSigner(key: key, keyID: "k-1", bootID: "boot-1")
            .fields(for: line ?? self.line, body: body, created: created ?? now, nonce: nonce)
        return Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.value) })
    }

    private func check(
        _ fields: [String: String],
        _ line: RequestLine? = nil,
        body: [UInt8] = [],
        key: PublicKey? = nil
    ) -> SignatureError.Code? {
        do throws(SignatureError) {
            let claim = try RequestVerifier().claim(of: line ?? self.line, field: { fields[$0] }, now: now)
            try claim.verify(with: key ?? self.key.publicKey, body: body)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `what is signed is verified`() throws {
        let fields = try signed()
        #expect(check(fields) == nil)
        let claim = try RequestVerifier().claim(of: line, field: { fields[$0] }, now: now)
        #expect(claim.keyID == "k-1")
        #expect(claim.nonce == nonce)
        #expect(claim.bootID == "boot-1")
        #expect(claim.created == now)
        #expect(
            fields["signature-input"]
                == #"otomi=("@method" "@path" "@query" "content-digest" "otomi-boot");created=1795348800;nonce="0123456789abcdef";keyid="k-1";alg="ed25519";tag="otomi-agent-v1""#
        )
    }

    @Test func `another method, path, query, body or key does not verify`() throws {
        let report = RequestLine(.report)
        let body = Array("{}".utf8)
        let fields = try signed(report, body: body)
        #expect(check(fields, report, body: body) == nil)
        #expect(check(fields, RequestLine(method: "PUT", path: report.path), body: body) == .invalid)
        #expect(check(fields, RequestLine(.enrol), body: body) == .invalid)
        #expect(check(fields, RequestLine(method: "POST", path: report.path, query: "a"), body: body) == .invalid)
        #expect(check(fields, report, body: Array("[]".utf8)) == .wrongDigest)
        #expect(check(fields, report, body: body, key: SigningKey().publicKey) == .invalid)
        var otherDigest = fields
        otherDigest["content-digest"] = ContentDigest.field(of: [])
        #expect(check(otherDigest, report, body: []) == .invalid)
        var otherBoot = fields
        otherBoot["otomi-boot"] = "boot-2"
        #expect(check(otherBoot, report, body: body) == .invalid)
        otherBoot["otomi-boot"] = "boot 2"
        #expect(check(otherBoot, report, body: body) == .malformed)
    }

    @Test(arguments: [Int64(-301), 301, -100_000_000, 100_000_000])
    func `a request from outside the window is refused`(offset: Int64) throws {
        #expect(check(try signed(created: now + offset)) == .outsideWindow)
    }

    @Test(arguments: [Int64(-300), 0, 300])
    func `a request within the window is taken`(offset: Int64) throws {
        #expect(check(try signed(created: now + offset)) == nil)
    }

    @Test(arguments: ["signature", "signature-input", "content-digest", "otomi-boot"])
    func `every field is needed`(name: String) throws {
        var fields = try signed()
        fields[name] = nil
        #expect(check(fields) == .missing)
    }

    @Test(arguments: [
        (
            #"("@method" "@path" "@query" "content-digest" "otomi-boot")"#, #"("@method" "@path" "@query")"#,
            SignatureError.Code.unsupported
        ),
        (#"("@method" "@path" "#, #"("@path" "@method" "#, .unsupported),
        ("alg=\"ed25519\"", "alg=\"hmac-sha256\"", .unsupported),
        (";alg=\"ed25519\"", "", .unsupported),
        ("tag=\"otomi-agent-v1\"", "tag=\"x\"", .unsupported),
        (";tag=\"otomi-agent-v1\"", "", .unsupported),
        (";alg", ";expires=1795348900;alg", .unsupported),
        ("\"@path\" \"@query\"", "\"@path\"\t\"@query\"", .malformed),
        ("created=1795348800", "created=\"1795348800\"", .malformed),
        ("nonce=\"0123456789abcdef\"", "nonce=\"\"", .malformed),
        ("keyid=\"k-1\"", "keyid=\"k-2\"", .invalid),
        ("created=1795348800", "created=1795348801", .invalid),
        ("otomi=", "other=", .missing),
        (";created=", ";created=5;created=", .malformed),
    ])
    func `a changed signature input is refused`(
        old: String,
        new: String,
        expected: SignatureError.Code
    ) throws {
        var fields = try signed()
        fields["signature-input"] = fields["signature-input"]?.replacing(old, with: new)
        #expect(check(fields) == expected)
    }

    @Test func `a signature of somebody else beside ours changes nothing`() throws {
        var fields = try signed()
        fields["signature-input"]? += #", proxy=("@method");created=1"#
        fields["signature"]? += ", proxy=:AAAA:"
        #expect(check(fields) == nil)
    }

    @Test func `an oversized field is refused before it is read`() throws {
        var fields = try signed()
        fields["signature-input"]? += String(repeating: " ", count: 3000)
        #expect(check(fields) == .malformed)
    }
}
