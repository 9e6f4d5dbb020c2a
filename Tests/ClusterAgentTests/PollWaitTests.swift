import Testing

@testable import ClusterAgent

@Suite struct PollWaitTests {
    private static let longest = Duration.seconds(50)

    @Test func `a question is held as long as it may be`() {
        var wait = PollWait(longest: Self.longest)
        #expect(wait.current == Self.longest)
        for _ in 0..<100 { wait.noteAnswer(after: .seconds(50)) }
        #expect(wait.current == Self.longest)
    }

    @Test func `what cuts long questions is met with shorter ones`() {
        var wait = PollWait(longest: Self.longest)
        wait.noteCut(after: .seconds(30))
        #expect(wait.current == .seconds(25))
        wait.noteCut(after: .seconds(15))
        wait.noteCut(after: .seconds(12))
        wait.noteCut(after: .seconds(10))
        #expect(wait.current == PollWait.shortest)
    }

    @Test func `a hub that is not reached says nothing of the length`() {
        var wait = PollWait(longest: Self.longest)
        for _ in 0..<100 { wait.noteCut(after: .milliseconds(3)) }
        #expect(wait.current == Self.longest)
    }

    @Test func `many questions held to their end bring the whole time back`() {
        var wait = PollWait(longest: Self.longest)
        wait.noteCut(after: .seconds(30))
        for _ in 0..<PollWait.patience - 1 { wait.noteAnswer(after: .seconds(25)) }
        #expect(wait.current == .seconds(25))
        // News that come before the end say nothing of what it would have been.
        wait.noteAnswer(after: .seconds(3))
        #expect(wait.current == .seconds(25))
        // The hub answers many at once, and so a little sooner than asked.
        wait.noteAnswer(after: .milliseconds(24_100))
        #expect(wait.current == Self.longest)
    }

    @Test func `a wait that was short from the start is not made longer`() {
        var wait = PollWait(longest: .seconds(2))
        wait.noteCut(after: .seconds(7))
        #expect(wait.current == .seconds(2))
    }
}
