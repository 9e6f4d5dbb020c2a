import Testing

@testable import Kubernetes

@Suite
struct LineSplitterTests {
    @Test(arguments: [1, 2, 3, 5, 100])
    func `lines come whole, however they are cut`(size: Int) throws {
        let text = Array("one\n\ntwo three\r\nfour\nrest".utf8)
        var splitter = LineSplitter()
        var lines: [String] = []
        for start in stride(from: 0, to: text.count, by: size) {
            let chunk = Array(text[start..<min(start + size, text.count)])
            lines += try splitter.lines(adding: chunk).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(lines == ["one", "two three\r", "four"])
    }

    @Test
    func `a line without end is refused`() throws {
        var splitter = LineSplitter(maximumLineBytes: 10)
        _ = try splitter.lines(adding: [UInt8](repeating: 65, count: 10))
        #expect(throws: LineSplitter.LineTooLong.self) { try splitter.lines(adding: [65]) }
    }
}
