import Glibc

extension Terminal {
    /// The terminal of this process.
    ///
    /// Colour is used on a terminal only, never with `NO_COLOR` set (no-color.org) or `TERM=dumb`.
    package static func process(environment: [String: String]) -> Terminal {
        let plain = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
        let isErrorInteractive = isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb"
        if isErrorInteractive { clearProgressOnInterrupt() }
        return Terminal(
            write: { text in try write(text, to: STDOUT_FILENO) },
            writeError: { text in try? write(text, to: STDERR_FILENO) },
            readLine: { Swift.readLine() },
            readSecret: { readSecret() },
            readAll: { limit in try readStandardInput(limit: limit) },
            isInputInteractive: isatty(STDIN_FILENO) == 1,
            isErrorInteractive: isErrorInteractive,
            usesColour: isatty(STDOUT_FILENO) == 1 && !plain
        )
    }

    private static func write(_ text: String, to descriptor: Int32) throws {
        var text = text
        try text.withUTF8 { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw CommandFailure(.failure, "the output cannot be written: \(systemMessage(errno))")
                }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Reads a line with the terminal's echo off, and puts it back as it was.
    private static func readSecret() -> String? {
        var before = termios()
        guard tcgetattr(STDIN_FILENO, &before) == 0 else { return nil }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0 else { return nil }
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) }
        return Swift.readLine()
    }

    private static func readStandardInput(limit: Int) throws -> [UInt8] {
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw CommandFailure(.failure, "standard input cannot be read: \(systemMessage(errno))")
            }
            if count == 0 { return result }
            result += chunk[..<count]
            guard result.count <= limit else {
                throw CommandFailure(.invalid, "standard input holds more than \(limit >> 20) MiB, which is the limit")
            }
        }
    }

    /// Leaves no half-drawn progress line behind on Ctrl-C; the process still dies of the signal, as shells expect.
    private static func clearProgressOnInterrupt() {
        signal(SIGINT) { _ in
            // Only calls that are safe inside a signal handler: no allocation, no lazily made global.
            var clear: (UInt8, UInt8, UInt8, UInt8) = (0x0D, 0x1B, 0x5B, 0x4B)
            _ = Glibc.write(STDERR_FILENO, &clear, 4)
            signal(SIGINT, SIG_DFL)
            raise(SIGINT)
        }
    }
}

/// The system's words for an error number.
func systemMessage(_ number: Int32) -> String {
    guard let text = strerror(number) else { return "error \(number)" }
    return String(cString: text)
}
