import Testing

@testable import AgentProtocol

@Suite struct ReplayGuardTests {
    private func code(_ body: () throws(SignatureError) -> Void) -> SignatureError.Code? {
        do throws(SignatureError) {
            try body()
            return nil
        } catch {
            return error.code
        }
    }

    @Test func `a nonce is taken once for each key`() {
        var seen = ReplayGuard()
        #expect(code { () throws(SignatureError) in try seen.admit(nonce: "a", keyID: "k", now: 0) } == nil)
        #expect(code { () throws(SignatureError) in try seen.admit(nonce: "a", keyID: "k", now: 1) } == .replayed)
        #expect(code { () throws(SignatureError) in try seen.admit(nonce: "a", keyID: "l", now: 1) } == nil)
    }

    @Test(arguments: Array(stride(from: Int64(0), through: 600, by: 50)))
    func `it is remembered for as long as the request would be in the window`(start: Int64) {
        var seen = ReplayGuard(windowSeconds: 300)
        _ = code { () throws(SignatureError) in try seen.admit(nonce: "first", keyID: "k", now: 0) }
        _ = code { () throws(SignatureError) in try seen.admit(nonce: "a", keyID: "k", now: start) }
        for later in stride(from: start, through: start + 600, by: 100) {
            #expect(
                code { () throws(SignatureError) in try seen.admit(nonce: "a", keyID: "k", now: later) } == .replayed
            )
        }
    }

    @Test func `memory is bounded, and one key cannot use up the others' share`() {
        var seen = ReplayGuard(windowSeconds: 300, maximumPerKey: 10)
        for number in 0..<10 {
            #expect(code { () throws(SignatureError) in try seen.admit(nonce: "\(number)", keyID: "k", now: 0) } == nil)
        }
        #expect(code { () throws(SignatureError) in try seen.admit(nonce: "x", keyID: "k", now: 0) } == .overloaded)
        #expect(code { () throws(SignatureError) in try seen.admit(nonce: "x", keyID: "l", now: 0) } == nil)
        #expect(code { () throws(SignatureError) in try seen.admit(nonce: "x", keyID: "k", now: 600) } == nil)
        #expect(seen.count == 12)
        #expect(code { () throws(SignatureError) in try seen.admit(nonce: "y", keyID: "k", now: 1800) } == nil)
        #expect(seen.count == 1)
    }
}
