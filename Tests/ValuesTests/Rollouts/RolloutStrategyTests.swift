import JSON
import Testing
import Values

@Suite struct RolloutStrategyTests {
    private static func read(_ json: JSONValue) -> Result<RolloutStrategy, JSONError> {
        do throws(JSONError) { return .success(try RolloutStrategy(json: json)) } catch { return .failure(error) }
    }

    @Test func `the standard is one canary, then 10 %, 50 % and all, two minutes apart`() throws {
        let strategy = try RolloutStrategy(json: [:])
        #expect(strategy == .standard)
        #expect(strategy.title == "1 canary, then 10 %, 50 %, 100 %")
        #expect((0..<4).map { strategy.soakSeconds(of: $0) } == [120, 120, 120, 120])
        #expect(strategy.onFailure == .halt)
    }

    @Test func `a strategy reads back as it was written`() throws {
        let json: JSONValue = [
            "kind": "gated",
            "waves": [
                ["canary": 2, "soakSeconds": 600], ["selector": ["env": "test"]], ["clusters": ["a", "b"]],
                ["count": 5],
                ["percentage": 50],
            ],
            "maxUnavailable": 3, "soakSeconds": 60, "deadlineSeconds": 300, "graceSeconds": 0,
            "windows": [["days": ["sat", "sun"], "from": "22:00", "to": "04:30", "offset": "-03:30"]],
            "onFailure": "return",
        ]
        let strategy = try RolloutStrategy(json: json)
        #expect(strategy.json == json)
        #expect(strategy.soakSeconds(of: 0) == 600)
        #expect(try RolloutStrategy(json: RolloutStrategy.atOnce.json) == .atOnce)
    }

    @Test(
        arguments: [
            (["kind": "fast"], "/kind"), (["waves": [["canary": 0]]], "/waves/0/canary"),
            (["waves": [[:]]], "/waves/0"),
            (["waves": [["canary": 1, "percentage": 5]]], "/waves/0"), (["maxUnavailable": "0%"], "/maxUnavailable"),
            (["soakSeconds": -1], "/soakSeconds"),
            (["windows": [["from": "25:00", "to": "01:00"]]], "/windows/0/from"),
            (["windows": [["days": ["monday"], "from": "01:00", "to": "02:00"]]], "/windows/0/days"),
            (["onFailure": "panic"], "/onFailure"), (["pauseSeconds": 3], "/pauseSeconds"),
        ] as [(JSONValue, String)]
    )
    func `a fault names its place`(json: JSONValue, pointer: String) {
        guard case .failure(let error) = Self.read(json) else {
            Issue.record("\(json) was read")
            return
        }
        #expect(error.pointer?.description == pointer)
    }

    @Test func `an amount is rounded up, and at least one`() {
        #expect(RolloutAmount.percentage(25).of(10) == 3)
        #expect(RolloutAmount.percentage(1).of(3) == 1)
        #expect(RolloutAmount.count(4).of(2) == 4)
    }

    @Test func `a window opens on its days by its own clock, and may close on the next day`() throws {
        // 1970-01-01 was a Thursday.
        let window = RolloutWindow(days: [.thu], from: 22 * 60, to: 4 * 60)
        #expect(!window.isOpen(at: 21 * 3_600))
        #expect(window.isOpen(at: 22 * 3_600))
        #expect(window.isOpen(at: 27 * 3_600))
        #expect(!window.isOpen(at: 28 * 3_600))
        #expect(!window.isOpen(at: 46 * 3_600))
        let ahead = RolloutWindow(days: [.thu], from: 22 * 60, to: 23 * 60, offset: 120)
        #expect(ahead.isOpen(at: 20 * 3_600))
        #expect(!ahead.isOpen(at: 22 * 3_600))
        let before = RolloutWindow(days: [.wed], from: 0, to: 24 * 60)
        #expect(before.isOpen(at: -1))
        #expect(!before.isOpen(at: 0))
    }
}
