import Bundles
import Concurrency

/// A program that wraps and unwraps data keys with a key that the hub never sees: the way to a key management service.
///
/// It is called with `wrap` or `unwrap` as its last argument, and gets and gives one line of base64. What is secret goes
/// through its standard input and output only: arguments and environment can be read by others on the machine.
package struct KeyCommand: Sendable {
    enum Deed: String {
        case wrap
        case unwrap
    }

    /// The longest answer that is read, in bytes.
    static let maximumOutput = 16 << 10

    private let words: [String]
    private let timeout: Duration

    /// - Parameters:
    ///   - line: the program and its arguments, parted by spaces; no shell is asked.
    ///   - timeout: how long one call may take; then it is killed.
    /// - Throws: `StoreError.Code.invalid` when there is no program in it.
    package init(_ line: String, timeout: Duration = .seconds(20)) throws(StoreError) {
        words = line.split(separator: " ").map(String.init)
        self.timeout = timeout
        guard !words.isEmpty else {
            throw StoreError(.invalid, "--kms-command is empty: name a program, such as '/usr/local/bin/otomi-kms'")
        }
    }

    /// - Throws: `StoreError.Code.keyUnavailable` that names the command, says how it ended and what to do.
    func run(_ deed: Deed, _ bytes: [UInt8]) async throws -> [UInt8] {
        let input = Array((Base64.encode(bytes) + "\n").utf8)
        let child: PipedProcess
        do { child = try PipedProcess.start(words + [deed.rawValue], input: input, limit: Self.maximumOutput) } catch {
            throw failure(deed, error.description)
        }
        let ending: PipedProcess.Ending
        do {
            ending = try await withDeadline(timeout) { try await child.ended() }
        } catch is DeadlineExceeded {
            throw failure(deed, "it did not answer within \(timeout)")
        }
        guard ending.status == 0 else {
            throw failure(deed, "it ended with status \(ending.status)\(Self.complaint(of: ending, without: bytes))")
        }
        guard !ending.isCut else { throw failure(deed, "it wrote more than \(Self.maximumOutput) bytes") }
        var text = ending.output[...]
        while text.last == 0x0A || text.last == 0x0D { text.removeLast() }
        guard let answer = Base64.decode(String(decoding: text, as: UTF8.self)), !answer.isEmpty else {
            throw failure(deed, "it wrote something else than one line of base64")
        }
        return answer
    }

    /// What a command says of its failure, unless it repeats what it was given.
    private static func complaint(of ending: PipedProcess.Ending, without bytes: [UInt8]) -> String {
        guard let complaint = ending.complaint else { return "" }
        let repeats = complaint.contains(Base64.encode(bytes)) || complaint.contains(Hexadecimal.encode(bytes))
        return repeats ? " (its complaint repeats the key, and is left out)" : ": \(complaint)"
    }

    private func failure(_ deed: Deed, _ reason: String) -> StoreError {
        StoreError(
            .keyUnavailable,
            "the command '\(words.joined(separator: " ")) \(deed.rawValue)' gave no key: \(reason); run it by hand with a "
                + "line of base64 on its standard input, and check its rights at the key management service"
        )
    }
}
