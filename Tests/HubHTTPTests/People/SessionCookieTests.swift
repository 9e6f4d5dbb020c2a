import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import HubHTTP

/// The attributes of the session's cookie.
@Suite struct SessionCookieTests {
    private static func request(_ authority: String?, _ fields: HTTPFields = [:]) -> Request {
        Request(
            head: HTTPRequest(method: .get, scheme: nil, authority: authority, path: "/", headerFields: fields),
            body: RequestBody(buffer: ByteBuffer())
        )
    }

    @Test(arguments: ["hub.example", "192.0.2.1:7480", "localhost.evil.example", "127.0.0.1.evil.example"])
    func `everywhere but on one's own machine it is bound to this host and to TLS`(authority: String) throws {
        let cookie = SessionCookie(address: PublicAddress(configured: nil))
        let field = cookie.setting("secret", for: Self.request(authority), lifetime: 60)
        #expect(field == "__Host-otomi=secret; Max-Age=60; Path=/; HttpOnly; SameSite=Lax; Secure")
        #expect(!field.contains("Domain"))
    }

    @Test(arguments: ["localhost", "localhost:7480", "127.0.0.1:7480", "[::1]:7480"])
    func `on one's own machine without TLS it has another name`(authority: String) throws {
        let cookie = SessionCookie(address: PublicAddress(configured: nil))
        let field = cookie.setting("secret", for: Self.request(authority), lifetime: 60)
        #expect(field == "otomi-dev=secret; Max-Age=60; Path=/; HttpOnly; SameSite=Lax")
    }

    @Test func `behind TLS the name for one's own machine does not count`() throws {
        let cookie = SessionCookie(address: PublicAddress(configured: "https://hub.example"))
        let request = Self.request("localhost", [.cookie: "otomi-dev=planted"])
        #expect(cookie.secret(in: request) == nil)
        #expect(cookie.clearing(for: request).hasPrefix("__Host-otomi=; Max-Age=0"))
        let own = Self.request("hub.example", [.cookie: "a=b;otomi-dev=planted; __Host-otomi=own ;c"])
        #expect(cookie.secret(in: own) == "own")
    }
}
