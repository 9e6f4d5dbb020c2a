import Bundles
import Testing

@testable import AgentProtocol

/// RFC 9421, appendix B.2.6: the published Ed25519 signature over the published request.
@Suite struct MessageSignatureTests {
    private let field =
        #"sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519""#
    private let components = [
        "date": "Tue, 20 Apr 2021 02:07:55 GMT", "@method": "POST", "@path": "/foo", "@authority": "example.com",
        "content-type": "application/json", "content-length": "18",
    ]
    private let seed = "n4Ni+HpISpVObnQMW0wOhCKROaIKqKtW/2ZYb2p9KcU="
    private let signature = "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="

    @Test func `the signature base is the published one`() throws {
        let input = try SignatureInput(field: field, label: "sig-b26")
        let base = try input.base { components[$0] }
        let expected = """
            "date": Tue, 20 Apr 2021 02:07:55 GMT
            "@method": POST
            "@path": /foo
            "@authority": example.com
            "content-type": application/json
            "content-length": 18
            "@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length")\
            ;created=1618884473;keyid="test-key-ed25519"
            """
        #expect(String(decoding: base, as: UTF8.self) == expected)
        #expect(input.created == 1_618_884_473)
        #expect(input.keyID == "test-key-ed25519")
    }

    @Test func `the published signature is verified with the published key`() throws {
        let key = try SigningKey(rawBytes: try #require(Base64.decode(seed)))
        #expect(key.publicKey.base64 == "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")
        let base = try SignatureInput(field: field, label: "sig-b26").base { components[$0] }
        let published = try #require(Base64.decode(signature))
        #expect(key.publicKey.verifies(published, of: base))
        #expect(!key.publicKey.verifies(published, of: base + [0x0A]))
        #expect(key.publicKey.verifies(try key.sign(base), of: base))
    }

    @Test func `the digest of RFC 9530 is the published one`() throws {
        let body = Array("{\"hello\": \"world\"}\n".utf8)
        let field = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
        #expect(ContentDigest.field(of: body) == field)
        #expect(throws: Never.self) { try ContentDigest.check(body, against: "sha-512=:AAAA:, " + field) }
    }

    @Test(arguments: [
        "", "x", "x=", "x=(", #"x=("a""#, #"x=("a" )x"#, #"x=("a";sf)"#, #"x=("a""b")"#, "x=(a)", "x=:é:", "x=:AB:",
        "x=1.5",
        "x=1,", "x=1,,y=2", "x=1 y=2", "x=1,x=2", #"x="é""#, #"x="a\b""#, "x=?2", "x=1;a=1;a=2", "X=1",
        "x=1234567890123456",
        #"x=("a" "a")"#,
    ])
    func `malformed fields are refused`(text: String) {
        #expect(throws: SignatureError.self) { _ = try SignatureInput(field: text, label: "x") }
    }
}
