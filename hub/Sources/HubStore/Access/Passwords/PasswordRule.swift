/// What a password must be, after NIST SP 800-63B-4, section 3.1.1.2: long, and none that everybody tries first.
///
/// There are no rules of composition and no expiry; both make passwords worse.
enum PasswordRule {
    static let minimumLength = 12
    /// Room for any sentence, and a bound for what is hashed.
    static let maximumLength = 256

    /// Looks at a password that is to be set for the person of that name.
    ///
    /// - Throws: `StoreError.Code.invalid`, which never holds the password.
    static func check(_ password: String, of name: String) throws(StoreError) {
        let length = password.unicodeScalars.count
        guard length >= minimumLength else {
            throw StoreError(.invalid, "the password is shorter than \(minimumLength) characters: use a few words")
        }
        guard length <= maximumLength else {
            throw StoreError(.invalid, "the password is longer than \(maximumLength) characters")
        }
        let folded = password.lowercased()
        let isObvious = folded.contains(name) && folded.count < name.count + 8 || Set(folded).count < 5
        guard !isObvious, !common.contains(folded), !isRepeated(folded) else {
            throw StoreError(.invalid, "the password is one of those that are tried first: use a few words")
        }
    }

    /// Whether it is one short piece again and again, such as `passwordpassword`.
    private static func isRepeated(_ text: String) -> Bool {
        let characters = Array(text)
        return (1...8).contains { length in
            characters.count % length == 0 && characters.count > length
                && characters.indices.allSatisfy { characters[$0] == characters[$0 % length] }
        }
    }

    /// The most used of twelve characters and more in the lists of leaked passwords.
    private static let common: Set<String> = [
        "123456789012", "1234567890123", "12345678901234", "123456789abc", "1234567890ab", "1234567890-=",
        "1q2w3e4r5t6y", "1q2w3e4r5t6y7u", "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "qwertyuiop12", "qwertyuiop123",
        "qwertyuiop[]", "qwertyuiopasdfghjkl", "qwerty123456", "qwerty1234567", "qwerty12345678", "123qweasdzxc",
        "zaq12wsxcde3", "zaq1xsw2cde3", "qazwsxedcrfv", "qazwsxedc123", "asdfghjkl123", "abcdefghijkl",
        "abcdefghijklm", "abcdefghijklmnop", "abcd12345678", "abcdef123456", "a1b2c3d4e5f6", "password1234",
        "password12345", "password123456", "password123!", "password1234!", "password2024", "password2025",
        "password2026", "passwordpassword", "mypassword123", "p@ssw0rd1234", "p@ssword1234", "passw0rd1234",
        "letmein12345", "letmein123456", "welcome12345", "welcome123456", "welcome12345!", "changeme1234",
        "changeme12345", "changeme123!", "iloveyou1234", "iloveyou12345", "administrator", "administrator1",
        "administrator123", "admin1234567", "admin12345678", "admin123456789", "adminadmin12", "rootrootroot",
        "testtesttest", "secretsecret", "supersecret1", "supersecret123", "correcthorsebatterystaple",
        "kubernetes123", "kubernetes1234", "otomi1234567", "otomi12345678", "otomi123456789", "otomiadmin123",
    ]
}
