import Testing

@testable import Bundles

@Suite struct KeyTests {
    @Test func `verifies the first vector of RFC 8032`() throws {
        let key = try SigningKey(
            rawBytes: try #require(
                Hexadecimal.decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
            )
        )
        #expect(
            Hexadecimal.encode(key.publicKey.bytes)
                == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        )
        let signature = try #require(
            Hexadecimal.decode(
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
            )
        )
        #expect(key.publicKey.verifies(signature, of: []))
        #expect(!key.publicKey.verifies(signature, of: [0]))
        #expect(!key.publicKey.verifies(Array(signature.dropLast()), of: []))
    }

    @Test func `keys survive being stored`() throws {
        let key = SigningKey()
        let again = try SigningKey(rawBytes: key.rawBytes)
        #expect(again.keyID == key.keyID)
        #expect(PublicKey(base64: key.publicKey.base64) == key.publicKey)
        let pair = SealingKeyPair()
        let same = try SealingKeyPair(rawBytes: pair.rawBytes)
        #expect(same.publicKey == pair.publicKey)
        #expect(SealingPublicKey(base64: pair.publicKey.base64) == pair.publicKey)
    }

    @Test func `bytes of another length are no key`() {
        #expect(code { _ = try SigningKey(rawBytes: [1, 2, 3]) } == .malformed)
        #expect(code { _ = try SealingKeyPair(rawBytes: []) } == .malformed)
        #expect(PublicKey(bytes: []) == nil)
        #expect(SealingPublicKey(bytes: [UInt8](repeating: 1, count: 33)) == nil)
    }

    @Test func `what is sealed is opened, and twice sealed is different`() throws {
        let pair = SealingKeyPair()
        let context = SealingContext(clusterID: "c", layer: "l")
        let content = Array("secret".utf8)
        let one = try pair.publicKey.seal(content, context: context)
        let two = try pair.publicKey.seal(content, context: context)
        #expect(one != two)
        #expect(try pair.open(one, context: context) == content)
        #expect(try pair.open(two, context: context) == content)
    }

    @Test func `contexts do not run into each other`() throws {
        let pair = SealingKeyPair()
        let sealed = try pair.publicKey.seal([1], context: SealingContext(clusterID: "ab", layer: "c"))
        #expect(code { _ = try pair.open(sealed, context: SealingContext(clusterID: "a", layer: "bc")) } == .sealed)
        #expect(code { _ = try pair.open([], context: SealingContext(clusterID: "ab", layer: "c")) } == .sealed)
    }

    @Test func `a digest has one text`() {
        let digest = Digest(of: Array("abc".utf8))
        #expect(digest.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(Digest(digest.hex) == digest)
        #expect(Digest(digest.hex.uppercased()) == nil)
        #expect(Digest(String(digest.hex.dropLast())) == nil)
        var stream = DigestStream()
        stream.update(Array("a".utf8))
        stream.update(Array("bc".utf8))
        #expect(stream.digest == digest)
        #expect(stream.length == 3)
    }
}
