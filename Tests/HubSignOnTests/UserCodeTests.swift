import HubSignOn
import Synchronization
import Testing

/// The code by which a person recognises their device (RFC 8628, section 6.1).
@Suite struct UserCodeTests {
    @Test func `is eight consonants in two groups`() {
        for _ in 0..<100 {
            let code = UserCode()
            #expect(code.letters.utf8.count == 8)
            #expect(code.letters.utf8.allSatisfy { UserCode.alphabet.contains($0) })
            #expect(UserCode(typed: code.description) == code)
        }
    }

    @Test func `every letter is as likely`() {
        // 240 is the first byte that would favour some letters: it is passed over.
        let calls = Mutex(0)
        let code = UserCode(random: { count in
            let isFirst = calls.withLock { calls in
                calls += 1
                return calls == 1
            }
            return [UInt8](repeating: isFirst ? 240 : 239, count: count)
        })
        #expect(code.description == "ZZZZ-ZZZZ")
        #expect(calls.withLock { $0 } == 2)
    }

    @Test(arguments: ["bcdf-ghjk", "BCDFGHJK", " bcdf ghjk ", "BCDF\u{2013}GHJK", "b.c.d.f.g.h.j.k"])
    func `is read however it is typed`(_ text: String) {
        #expect(UserCode(typed: text)?.description == "BCDF-GHJK")
    }

    @Test(arguments: ["", "BCDF", "BCDF-GHJKL", "ACDF-GHJK", "BCDF-GHJ1", "BCDF-GHJ\u{212A}", "<script>"])
    func `is nothing else`(_ text: String) {
        #expect(UserCode(typed: text) == nil)
    }
}
