import HTTPTransport
import Testing

@Suite
struct HTTPTransportErrorTests {
    @Test(arguments: [
        ("https://a.example/x?token=1#f", "https://a.example/x"),
        ("https://user:word@a.example:8443/x/@y", "https://a.example:8443/x/@y"),
        ("https://a.example", "https://a.example"), ("no url ? at all", "no url "),
    ])
    func `a URL is shown without secrets`(url: String, shown: String) {
        #expect(HTTPTransportError.withoutSecrets(url) == shown)
        #expect(HTTPTransportError(.other, "x", url: url).url == shown)
    }
}
