import HubSignOn
import Testing

@Suite struct Base64URLTests {
    @Test func `round trips`() {
        for bytes: [UInt8] in [[], [0], [0xFB, 0xEF], [0xFF, 0xFF, 0xFF], Array(0...255)] {
            let text = Base64URL.encode(bytes)
            #expect(!text.contains("=") && !text.contains("+") && !text.contains("/"))
            #expect(Base64URL.decode(text) == bytes)
        }
    }

    @Test(arguments: ["A", "AA==", "A+", "A/", "AB", "A A", "ÄÄ", "AAAAA"])
    func `refuses any second spelling`(_ text: String) {
        #expect(Base64URL.decode(text) == nil)
    }
}
