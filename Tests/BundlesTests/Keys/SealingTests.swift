import Crypto
import Foundation
import Testing

@testable import Bundles

/// Layers are sealed to one cluster, and open there only.
@Suite struct SealingTests {
    /// RFC 9180, appendix A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305, base mode, first message.
    @Test func `the published vector of RFC 9180 opens in the suite that layers are sealed in`() throws {
        func bytes(_ text: String) throws -> Data { Data(try #require(Hexadecimal.decode(text))) }
        let key = try Curve25519.KeyAgreement.PrivateKey(
            rawRepresentation: bytes("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb")
        )
        var recipient = try HPKE.Recipient(
            privateKey: key,
            ciphersuite: SealingContext.suite,
            info: bytes("4f6465206f6e2061204772656369616e2055726e"),
            encapsulatedKey: bytes("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a")
        )
        let opened = try recipient.open(
            bytes(
                "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"
            ),
            authenticating: bytes("436f756e742d30")
        )
        #expect(String(decoding: opened, as: UTF8.self) == "Beauty is truth, truth beauty")
    }

    @Test func `another key, cluster or layer and every changed byte are refused`() throws {
        let pair = SealingKeyPair()
        let context = SealingContext(clusterID: "c-1", layer: "confidential/teams")
        let sealed = try pair.publicKey.seal(Array("secret".utf8), context: context)
        #expect(code { _ = try SealingKeyPair().open(sealed, context: context) } == .sealed)
        for other in [
            SealingContext(clusterID: "c-2", layer: "confidential/teams"),
            SealingContext(clusterID: "c-1", layer: "confidential/platform"),
        ] {
            #expect(code { _ = try pair.open(sealed, context: other) } == .sealed)
        }
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(code { _ = try pair.open(changed, context: context) } == .sealed, "byte \(index)")
        }
        #expect(code { _ = try pair.open(Array(sealed.dropLast()), context: context) } == .sealed)
    }
}
