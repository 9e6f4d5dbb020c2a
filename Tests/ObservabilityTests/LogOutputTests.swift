import Logging
import Observability
import Synchronization
import Testing

@Suite struct LogOutputTests {
    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private func logged(_ format: LogOutput.Format, _ body: (Logger) -> Void) -> [String] {
        let lines = Lines()
        var logger = Logger(label: "hub") { label in
            LogOutput(label: label, level: .info, format: format) { line in lines.all.withLock { $0.append(line) } }
        }
        logger[metadataKey: "cluster"] = "demo"
        body(logger)
        return lines.all.withLock { $0 }
    }

    @Test("writes one JSON object a line, with metadata as members")
    func json() throws {
        let lines = logged(.json) { $0.warning("applied", metadata: ["generation": "3"]) }
        let line = try #require(lines.first)
        #expect(
            line.hasPrefix(
                #"{"cluster":"demo","generation":"3","level":"warning","logger":"hub","message":"applied","time":""#
            )
        )
        #expect(line.hasSuffix("\"}\n"))
    }

    @Test("writes text for people and leaves out what is below the level")
    func text() throws {
        let lines = logged(.text) { logger in
            logger.debug("hidden")
            logger.error("lost")
        }
        #expect(lines.count == 1)
        #expect(try #require(lines.first).hasSuffix(" ERROR lost cluster=demo\n"))
    }

    @Test("cuts a value that would flood the log")
    func bounded() throws {
        let lines = logged(.json) { $0.info("x", metadata: ["body": "\(String(repeating: "y", count: 100_000))"]) }
        #expect(try #require(lines.first).utf8.count < 5_000)
    }
}
