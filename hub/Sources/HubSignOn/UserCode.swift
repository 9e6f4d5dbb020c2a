/// The code by which a person recognises the device that they let in: `BCDF-GHJK` (RFC 8628, section 6.1).
///
/// Consonants alone: no words come about, and nothing looks like a digit. Eight of twenty letters are 34 bits, which
/// ten minutes and few attempts protect well enough.
package struct UserCode: Hashable, Sendable, CustomStringConvertible {
    package static let alphabet = Array("BCDFGHJKLMNPQRSTVWXZ".utf8)
    package static let length = 8

    /// The letters without the dash, which is how they are stored.
    package let letters: String

    /// Makes a code of random bytes; bytes that would favour some letters are passed over.
    package init(random: RelyingParty.Randomness = RelyingParty.systemRandomness) {
        var letters: [UInt8] = []
        let fair = UInt8(256 / Self.alphabet.count * Self.alphabet.count)
        while letters.count < Self.length {
            for byte in random(Self.length * 2) where byte < fair && letters.count < Self.length {
                letters.append(Self.alphabet[Int(byte) % Self.alphabet.count])
            }
        }
        self.letters = String(decoding: letters, as: UTF8.self)
    }

    /// Reads what a person typed, in any case and with anything between the letters; `nil` when it is no code.
    package init?(typed text: String) {
        guard text.utf8.count <= 64 else { return nil }
        let separators: Set<Character> = ["-", " ", ".", "_", "\u{2010}", "\u{2013}"]
        let letters = text.uppercased().filter { !separators.contains($0) }
        guard letters.utf8.count == Self.length, letters.utf8.allSatisfy({ Self.alphabet.contains($0) }) else {
            return nil
        }
        self.letters = letters
    }

    package var description: String { "\(letters.prefix(4))-\(letters.suffix(4))" }
}
