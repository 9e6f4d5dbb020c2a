import Testing

@testable import Kubernetes

@Suite
struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `bytes and text are as in RFC 4648`(plain: String, text: String) {
        #expect(Base64.encoded(Array(plain.utf8)) == text)
        #expect(Base64.decoded(text) == Array(plain.utf8))
    }

    @Test
    func `every byte survives, and white space is skipped`() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Base64.decoded(Base64.encoded(bytes)) == bytes)
        #expect(Base64.decoded("Zm 9v\n") == Array("foo".utf8))
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Z===", "Zg==Zg==", "Zm9*", "Zg=a"])
    func `other texts are refused`(text: String) {
        #expect(Base64.decoded(text) == nil)
    }
}
