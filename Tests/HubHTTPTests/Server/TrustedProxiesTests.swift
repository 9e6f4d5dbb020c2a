import Concurrency
import HTTPTypes
import Testing

@testable import HubHTTP

@Suite struct TrustedProxiesTests {
    private static let proxies = TrustedProxies(["10.0.0.0/8", "fd00::/8"].compactMap { AddressRange($0) })

    private static func caller(
        _ peer: String,
        _ name: String = "X-Forwarded-For",
        _ values: String...,
        proxies: TrustedProxies = proxies
    ) throws -> String? {
        var fields = HTTPFields()
        let name = try #require(HTTPField.Name(name))
        for value in values { fields.append(HTTPField(name: name, value: value)) }
        return proxies.caller(try #require(IPAddress(peer)), fields)
    }

    @Test func `nobody but a trusted proxy says where a request comes from`() throws {
        #expect(try Self.caller("203.0.113.9", "X-Forwarded-For", "198.51.100.1") == nil)
        #expect(try Self.caller("10.1.2.3", "X-Forwarded-For", "198.51.100.1") == "198.51.100.1")
        #expect(try Self.caller("::ffff:10.1.2.3", "X-Forwarded-For", "198.51.100.1") == "198.51.100.1")
    }

    @Test func `what a caller wrote before the proxy's own entry does not count`() throws {
        #expect(try Self.caller("10.1.2.3", "X-Forwarded-For", "127.0.0.1, 198.51.100.1") == "198.51.100.1")
        #expect(try Self.caller("10.1.2.3", "X-Forwarded-For", "127.0.0.1", "198.51.100.1, 10.9.9.9") == "198.51.100.1")
        #expect(try Self.caller("10.1.2.3", "X-Forwarded-For", "198.51.100.1, nonsense") == nil)
        #expect(try Self.caller("10.1.2.3", "X-Forwarded-For", "198.51.100.1, nonsense, 10.9.9.9") == "10.9.9.9")
    }

    @Test func `only the field that the proxies write counts`() throws {
        var proxies = Self.proxies
        #expect(try Self.caller("10.1.2.3", "Forwarded", "for=198.51.100.1") == nil)
        proxies.field = .forwarded
        #expect(try Self.caller("10.1.2.3", "X-Forwarded-For", "198.51.100.1", proxies: proxies) == nil)
        let value = "for=unknown, proto=https;For=\"[2001:db8::7]:4711\";by=10.0.0.1"
        #expect(try Self.caller("10.1.2.3", "Forwarded", value, proxies: proxies) == "2001:db8::7")
        #expect(try Self.caller("10.1.2.3", "Forwarded", "for=198.51.100.1:80", proxies: proxies) == "198.51.100.1")
    }

    @Test(arguments: ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/08", "hub", "", "::/129"])
    func `no range`(_ text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test func `ranges hold what has the same first bits`() throws {
        let range = try #require(AddressRange("192.0.2.128/25"))
        #expect(range.contains(try #require(IPAddress("192.0.2.200"))))
        #expect(!range.contains(try #require(IPAddress("192.0.2.1"))))
        #expect(!range.contains(try #require(IPAddress("::1"))))
        #expect(try #require(AddressRange("0.0.0.0/0")).contains(try #require(IPAddress("8.8.8.8"))))
    }
}
