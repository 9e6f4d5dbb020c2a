import HTTPTransport
import Testing

@Suite
struct HTTPHeadersTests {
    @Test
    func `names are compared without regard to case`() {
        var headers: HTTPHeaders = ["Content-Type": "a", "X-Two": "1"]
        headers.add("x-two", "2")
        #expect(headers["content-type"] == "a")
        #expect(headers.values(of: "X-TWO") == ["1", "2"])
        headers["CONTENT-TYPE"] = "b"
        #expect(headers.values(of: "Content-Type") == ["b"])
        headers["x-two"] = nil
        #expect(headers["X-Two"] == nil)
    }

    @Test
    func `merging replaces the fields of the same name`() {
        var headers: HTTPHeaders = ["Accept": "text/html", "Host": "a"]
        headers.merge(["accept": "application/json"])
        #expect(headers.values(of: "Accept") == ["application/json"])
        #expect(headers["host"] == "a")
    }
}
