import HubAPI
import Installation
import Testing

@testable import HubHTTP

@Suite struct InstallationNotesTests {
    private static func notes(_ hub: String, _ delivery: InstallationRequest.Delivery = .link) -> [String] {
        InstallationNotes.notes(on: AgentInstallation(hub: hub), delivery: delivery)
    }

    @Test func `a token that would travel in the clear is said so, unless it stays on the machine`() {
        #expect(Self.notes("https://hub.example.com") == [])
        #expect(Self.notes("http://hub.example.com:7480").first?.contains("The token crosses the network") == true)
        #expect(Self.notes("http://127.0.0.1:7480").first?.contains("in the clear") == false)
    }

    @Test func `a hub at a loopback address is said to be out of a pod's reach`() {
        for hub in ["http://127.0.0.1:7480", "https://localhost", "http://[::1]:7480"] {
            #expect(Self.notes(hub).first?.contains("--public-url") == true, "\(hub)")
        }
    }
}
