import Foundation
import SimulatedFleet
import Testing

/// A small simulated fleet against real hub processes.
@Suite(.serialized)
struct FleetRunTests {
    private func outcome(_ name: String, _ options: FleetRun.Options) async throws -> FleetRun.Outcome {
        let folder = URL(filePath: "/tmp/otomi-fleet-test-\(name)-\(UUID().uuidString.prefix(8))")
        let outcome = try await FleetRun(options, folder: folder).run()
        #expect(!FileManager.default.fileExists(atPath: folder.path))
        return outcome
    }

    @Test
    func `Every cluster of a fleet ends with the objects of its bundle, digest by digest`() async throws {
        var options = FleetRun.Options()
        options.clusters = 60
        options.seconds = 5
        let outcome = try await outcome("plain", options)
        #expect(outcome.faults == [])
        #expect(outcome.counts.errorTexts == [])
        #expect(outcome.commits > 0)
        // The first bundle and the last one at least.
        #expect(outcome.counts.updates >= 2 * options.clusters)
    }

    @Test
    func `Whatever agents suffer, nothing is lost and nothing goes back`() async throws {
        var options = FleetRun.Options()
        options.clusters = 40
        options.seconds = 12
        options.faults = Set(FaultKind.allCases)
        options.faultyPercent = 50
        let outcome = try await outcome("faults", options)
        #expect(outcome.faults == [])
        #expect(outcome.counts.unanswered > 0)
    }

    @Test
    func `Two hubs on one database lose and double nothing while they are killed in turn`() async throws {
        var options = FleetRun.Options()
        options.clusters = 20
        options.seconds = 20
        options.hub.replicas = 2
        options.killInterval = .seconds(4)
        let outcome = try await outcome("replicas", options)
        #expect(outcome.faults == [])
        #expect(outcome.kills > 0)
        #expect(outcome.commits > 0)
    }

    @Test
    func `A fleet that does not trust its hub's certificate ends in time, and says why`() async throws {
        var options = FleetRun.Options()
        options.clusters = 3
        options.hub.hasTLS = true
        options.hub.agentsVerify = true
        options.limit = .seconds(20)
        do {
            _ = try await outcome("untrusted", options)
            Issue.record("agents took a certificate that nobody vouches for")
        } catch let failure as FleetFailure {
            #expect(failure.description.contains("3 of 3 agents have not reported revision"))
            #expect(failure.description.contains("0 requests were answered"))
            #expect(failure.description.lowercased().contains("certificate_verify_failed"))
        }
    }

    @Test
    func `Agents meet their hub over TLS`() async throws {
        var options = FleetRun.Options()
        options.clusters = 10
        options.seconds = 2
        options.hub.hasTLS = true
        let outcome = try await outcome("tls", options)
        #expect(outcome.faults == [])
        #expect(outcome.counts.errorTexts == [])
    }
}
