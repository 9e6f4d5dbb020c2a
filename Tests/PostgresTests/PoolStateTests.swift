import Testing

@testable import Postgres

@Suite struct PoolStateTests {
    private typealias State = PoolState<String, Int>

    @Test func `no more than the maximum is opened and the others stand in line`() {
        var state = State(maximum: 2)
        for _ in 0..<2 {
            guard case .open = state.admit() else {
                Issue.record("a place was free")
                return
            }
        }
        guard case .wait = state.admit() else {
            Issue.record("no place was free")
            return
        }
        state.stand(1, id: state.makeID())
        state.stand(2, id: state.makeID())
        guard case .give(1, "a") = state.giveBack("a") else {
            Issue.record("the first in line gets the connection")
            return
        }
        guard case .letOpen(2) = state.lose() else {
            Issue.record("a lost connection lets the next one open")
            return
        }
        #expect(state.open == 2)
        guard case .keep = state.giveBack("a"), case .use("a") = state.admit() else {
            Issue.record("an idle connection is used again")
            return
        }
    }

    @Test func `who left the line gets nothing`() {
        var state = State(maximum: 1)
        _ = state.admit()
        let id = state.makeID()
        state.stand(7, id: id)
        #expect(state.leave(id) == 7)
        #expect(state.leave(id) == nil)
        guard case .drop = state.lose() else {
            Issue.record("nobody waits")
            return
        }
        #expect(state.open == 0)
    }

    @Test func `idle connections go down to the minimum and a closed pool keeps none`() {
        var state = State(maximum: 3)
        for _ in 0..<3 { _ = state.admit() }
        for name in ["a", "b", "c"] { _ = state.giveBack(name) }
        #expect(state.shrink(to: 2) == ["a"])
        _ = state.admit()
        #expect(state.close().connections == ["b"])
        guard case .drop = state.giveBack("c"), case .closed = state.admit() else {
            Issue.record("closed")
            return
        }
        #expect(state.open == 0)
    }
}
