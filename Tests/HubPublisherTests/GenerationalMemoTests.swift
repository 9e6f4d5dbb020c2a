import Testing

@testable import HubPublisher

@Suite struct GenerationalMemoTests {
    @Test func `what is asked for stays, and the rest goes`() {
        var memo = GenerationalMemo<Int, String>(maximumCost: 8)
        memo.insert("kept", for: 0, cost: 1)
        for number in 1...100 {
            memo.insert("passing", for: number, cost: 1)
            #expect(memo.value(for: 0) == "kept")
        }
        #expect(memo.value(for: 1) == nil)
        #expect(memo.value(for: 100) == "passing")
    }

    @Test func `the cost of all is bounded`() {
        var memo = GenerationalMemo<Int, Int>(maximumCost: 10)
        for number in 0..<1000 { memo.insert(number, for: number, cost: 2) }
        #expect((0..<1000).filter { memo.value(for: $0) != nil }.count <= 5)
        memo.insert(1, for: 1, cost: 6)
        #expect(memo.value(for: 1) == nil)
    }

    @Test func `what is removed or replaced is gone from both generations`() {
        var memo = GenerationalMemo<Int, Int>(maximumCost: 4)
        for number in 0..<3 { memo.insert(number, for: number, cost: 1) }
        memo.insert(7, for: 0, cost: 1)
        #expect(memo.value(for: 0) == 7)
        memo.remove(0)
        #expect(memo.value(for: 0) == nil)
    }

    @Test func `nothing is remembered in no space`() {
        var memo = GenerationalMemo<Int, Int>(maximumCost: 0)
        memo.insert(1, for: 1, cost: 1)
        #expect(memo.value(for: 1) == nil)
    }
}
