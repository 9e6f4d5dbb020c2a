import Concurrency
import HubStore
import Testing

@testable import HubRollouts

@Suite struct HearingTests {
    private static let start = UnixTime(seconds: 1_795_348_800)

    private static func after(_ seconds: Int64) -> UnixTime { start + .seconds(seconds) }

    @Test func `a hub that has just started cannot tell who is silent`() {
        let hearing = Hearing(since: Self.start)
        #expect(!hearing.judgesSilence(lastHeard: Self.after(10), now: Self.after(10)))
        #expect(!hearing.judgesSilence(lastHeard: Self.after(90), now: Self.after(90)))
        #expect(hearing.judgesSilence(lastHeard: Self.after(90), now: Self.after(91)))
    }

    @Test func `after nobody was heard of, everybody has the time to come back`() {
        let hearing = Hearing(since: UnixTime(seconds: 0))
        #expect(hearing.judgesSilence(lastHeard: Self.start, now: Self.after(90)))
        #expect(!hearing.judgesSilence(lastHeard: Self.start, now: Self.after(91)))
        #expect(!hearing.judgesSilence(lastHeard: Self.start, now: Self.after(300)))
        // The first is back.
        #expect(!hearing.judgesSilence(lastHeard: Self.after(301), now: Self.after(301)))
        #expect(!hearing.judgesSilence(lastHeard: Self.after(390), now: Self.after(390)))
        #expect(hearing.judgesSilence(lastHeard: Self.after(391), now: Self.after(391)))
    }

    @Test func `where nobody has enrolled, nobody is silent`() {
        #expect(Hearing(since: UnixTime(seconds: 0)).judgesSilence(lastHeard: nil, now: Self.start))
    }
}
