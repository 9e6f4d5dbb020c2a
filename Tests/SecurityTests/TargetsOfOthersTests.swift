import AgentProtocol
import Bundles
import Concurrency
import HubTestSupport
import Testing

/// What one cluster's agent gets of another's.
@Suite struct TargetsOfOthersTests {
    @Test("8 · the metadata of one cluster is refused by another, which says whose it is")
    func wrongCluster() async throws {
        try await HubTest.with { hub, caller in
            let paris = try await TestAgent.enrolled("paris", hub, caller)
            var rome = try await TestAgent.enrolled("rome", hub, caller)
            try await hub.commit(put: [.team("a")])
            try await hub.publish()
            _ = try await rome.refresh()
            let foreign = try await paris.send(.metadata(.timestamp, poll: nil))
            var update = TrustUpdate(try #require(rome.trust), now: hub.now.seconds)
            try update.rootsAreCurrent()
            let error = #expect(throws: BundleError.self) { try update.updateTimestamp(foreign.bytes) }
            #expect(error?.code == .wrongCluster)
            #expect(error?.message.contains("paris") == true)
            #expect(update.state == rome.trust)
        }
    }
}
