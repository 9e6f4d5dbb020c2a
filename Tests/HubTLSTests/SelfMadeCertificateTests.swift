import Concurrency
import HubTLS
import Testing

@Suite struct SelfMadeCertificateTests {
    private static let names = ["hub.example.com", "10.0.0.7", "::1"]
    private static let now = UnixTime(seconds: 1_795_348_800)

    @Test func `a certificate that is made anew with the same key has the same pin`() throws {
        let first = try SelfMadeCertificate(names: Self.names, now: Self.now)
        let later = Self.now + .seconds(360 * 86_400)
        #expect(!first.isDue(at: Self.now))
        #expect(first.isDue(at: later))
        let second = try SelfMadeCertificate(names: Self.names, keyPEM: first.keyPEM, now: later)
        #expect(second.pin == first.pin)
        #expect(second.keyPEM == first.keyPEM)
        #expect(second.certificatePEM != first.certificatePEM)
        #expect(!second.isDue(at: later))
        #expect(first.pin.hasPrefix("sha256//") && first.pin.utf8.count == 52)
        #expect(try SelfMadeCertificate(names: Self.names, now: Self.now).pin != first.pin)
    }

    @Test func `what was made is read again until it is due, or the names change`() throws {
        let made = try SelfMadeCertificate(names: Self.names, now: Self.now)
        func read(_ names: [String], _ now: UnixTime, key: String? = nil) throws -> SelfMadeCertificate? {
            try SelfMadeCertificate(
                certificatePEM: made.certificatePEM,
                keyPEM: key ?? made.keyPEM,
                names: names,
                now: now
            )
        }
        let again = try #require(try read(Self.names.reversed(), Self.now))
        #expect(again.pin == made.pin)
        #expect(again.expires == made.expires)
        #expect(try read(Self.names + ["other.example.com"], Self.now) == nil)
        #expect(try read(Self.names, Self.now + .seconds(350 * 86_400)) == nil)
        let foreign = try SelfMadeCertificate(names: Self.names, now: Self.now)
        #expect(try read(Self.names, Self.now, key: foreign.keyPEM) == nil)
    }

    @Test func `a key that cannot be read is an error, never a reason for another pin`() {
        let error = #expect(throws: SelfMadeCertificate.Unreadable.self) {
            try SelfMadeCertificate(names: Self.names, keyPEM: "torn", now: Self.now)
        }
        #expect(error?.description.contains("restore it") == true)
    }
}
