import Glibc
import Testing

@testable import Concurrency

@Suite struct PipedProcessTests {
    @Test func `a program inherits its three descriptors, whatever else is open`() async throws {
        // Without the flag that closes it, as a library may open one.
        let open = (0..<8).map { _ in Glibc.open("/dev/null", O_RDONLY) }
        defer { for descriptor in open { close(descriptor) } }
        #expect(open.allSatisfy { $0 >= 0 })
        let process = try PipedProcess.start(["sh", "-c", "echo /proc/$$/fd/*"], input: [], limit: 4_096)
        let output = String(decoding: try await process.ended().output, as: UTF8.self)
        let numbers = output.split { $0.isWhitespace }.compactMap { $0.split(separator: "/").last.flatMap { Int($0) } }
        #expect(Set([0, 1, 2]).isSubset(of: numbers))
        // The shell opens the folder that it lists.
        #expect(numbers.count <= 4)
    }
}
