import Testing

@testable import HubPublisher

@Suite struct LeastRecentlyUsedTests {
    @Test func `what was asked for longest ago is forgotten first`() {
        var memo = LeastRecentlyUsed<String, Int>(maximumCount: 2)
        memo.insert(1, for: "a")
        memo.insert(2, for: "b")
        #expect(memo.value(for: "a") == 1)
        memo.insert(3, for: "c")
        #expect(memo.value(for: "b") == nil)
        #expect(memo.value(for: "a") == 1)
        #expect(memo.value(for: "c") == 3)
    }

    @Test func `the cost of all is bounded`() {
        var memo = LeastRecentlyUsed<Int, Int>(maximumCount: 100, maximumCost: 10)
        for number in 0..<20 { memo.insert(number, for: number, cost: 4) }
        #expect(memo.count == 2)
        memo.insert(5, for: 5, cost: 11)
        #expect(memo.value(for: 5) == nil)
        #expect(memo.count == 2)
        memo.insert(6, for: 19, cost: 10)
        #expect(memo.count == 1)
        #expect(memo.value(for: 19) == 6)
    }
}
