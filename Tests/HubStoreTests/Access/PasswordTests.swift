import Bundles
import Crypto
import Testing

@testable import HubStore

/// How passwords are kept, and which are taken.
@Suite struct PasswordTests {
    private static let quick = PasswordHash.Parameters(logRounds: 4, blockSize: 1, parallelism: 1)

    @Test func `a stored password is told from every other, also after it was read back`() throws {
        let hash = try PasswordHash(of: "a long sentence", Self.quick)
        #expect(hash.text.hasPrefix("$scrypt$ln=4,r=1,p=1$"))
        #expect(!hash.text.contains("sentence"))
        let read = try #require(PasswordHash(hash.text))
        #expect(try read.matches("a long sentence"))
        #expect(try !read.matches("a long sentencf"))
        #expect(try !read.matches(""))
        #expect(try PasswordHash(of: "a long sentence", Self.quick).text != hash.text)
    }

    // RFC 7914, section 12; a key of ours is the first half of theirs.
    @Test(arguments: [
        ("password", "NaCl", 10, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"),
        ("pleaseletmein", "SodiumChloride", 14, 1, "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"),
    ])
    func `keys are those of the test vectors`(_ vector: (String, String, Int, Int, String)) throws {
        let parameters = PasswordHash.Parameters(logRounds: vector.2, blockSize: 8, parallelism: vector.3)
        let key = try PasswordHash.derive(vector.0, Array(vector.1.utf8), parameters)
        #expect(Hexadecimal.encode(key.withUnsafeBytes { Array($0) }) == vector.4)
    }

    @Test(arguments: [
        "", "$scrypt$", "plain", "$scrypt$ln=4,r=1$00$00", "$scrypt$ln=40,r=1,p=1$00$00",
        "$scrypt$ln=x,r=1,p=1$00000000000000000000000000000000$00", "$bcrypt$ln=4,r=1,p=1$00$00",
    ])
    func `a damaged text is no hash, and asks for no work`(text: String) {
        #expect(PasswordHash(text) == nil)
    }

    @Test(arguments: [
        "tiny", "elevenchars", "password1234", "PASSWORD1234", "passwordpassword", "abcabcabcabcabc",
        "aaaaaaaaaaaaaaaa",
        "alice1234567", "correcthorsebatterystaple", String(repeating: "long word ", count: 40),
    ])
    func `short, long and common passwords are refused, and not repeated`(password: String) {
        let error = #expect(throws: StoreError.self) { try PasswordRule.check(password, of: "alice") }
        #expect(error?.code == .invalid)
        #expect(error?.message.contains(password) == false)
    }

    @Test(arguments: ["four small grey cats", "ohne-umlaut-ägypten", "xkq7 pwm2 vvt9", "alice likes green tea"])
    func `any other is taken, whatever it is made of`(password: String) throws {
        try PasswordRule.check(password, of: "alice")
    }

    @Test func `more sign-ins at once than the hub can bear are turned away, and the others served`() async throws {
        let hasher = PasswordHasher(
            parameters: .init(logRounds: 12, blockSize: 8, parallelism: 1),
            width: 2,
            maximumPending: 3
        )
        let answers = await withTaskGroup(of: StoreError.Code?.self) { group in
            for _ in 0..<12 {
                group.addTask {
                    do {
                        _ = try await hasher.isRight("x", stored: nil)
                        return nil
                    } catch { return (error as? StoreError)?.code }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.contains(nil))
        #expect(answers.compactMap(\.self).allSatisfy { $0 == .overloaded })
        #expect(try await !hasher.isRight("x", stored: nil))
    }

    @Test func `a name that nobody has costs the same computation as one that somebody has`() async throws {
        let hasher = PasswordHasher.quick()
        let stored = try await hasher.hash("four small grey cats")
        #expect(PasswordHash.unmatched(hasher.parameters).parameters == PasswordHash(stored)?.parameters)
        #expect(try await !hasher.isRight("four small grey cats", stored: nil))
        #expect(try await hasher.isRight("four small grey cats", stored: stored))
        #expect(!hasher.isOutdated(stored))
        #expect(PasswordHasher(parameters: .standard).isOutdated(stored))
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.8", false), ("2001:db8:1:2::7", "2001:db8:1:2:ffff::1", true),
        ("2001:db8:1:2::7", "2001:db8:1:3::7", false), ("::1", "::2", true),
    ])
    func `addresses of one IPv6 network count as one`(one: String, other: String, areOne: Bool) {
        #expect((SignInKey.address(one) == SignInKey.address(other)) == areOne)
    }

    @Test(arguments: ["otomi_pat_", "otomi_pat_00", "otomi_session_x", ""])
    func `a mistyped token is known without asking the database`(text: String) {
        let isKnown = Credential(bearer: text) != nil
        #expect(isKnown == text.hasPrefix("otomi_session_"))
    }

    @Test func `a token's form can be told by scanners`() {
        let text = APITokenText.make()
        #expect(text.hasPrefix("otomi_pat_"))
        #expect(text.utf8.count == 10 + 64 + 8)
        #expect(Credential(bearer: text) != nil)
        #expect(Credential(bearer: String(text.dropLast()) + (text.hasSuffix("0") ? "1" : "0")) == nil)
    }
}
