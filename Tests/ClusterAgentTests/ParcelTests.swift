import AgentProtocol
import AgentTestSupport
import AgentWorldSupport
import Bundles
import HTTPTransport
import JSON
import Testing

@testable import ClusterAgent
import Kubernetes

/// News that carry along what the agent would ask for next.
@Suite struct ParcelTests {
    private static func layer(_ value: String) -> ScriptedHub.Layer {
        ScriptedHub.Layer(name: "tenancy/a", objects: [.namespace("team-a"), .configMap("a", value)])
    }

    @Test func `what is carried is not fetched`() async throws {
        try await AgentWorld.with { world in
            await world.hub.carry()
            try await world.hub.publish([Self.layer("1")])
            try await world.agent {
                try await world.hub.inSync(1)
                try await world.hub.publish([
                    Self.layer("2"), ScriptedHub.Layer(name: "sealed", objects: [.configMap("secret")], isSealed: true),
                ])
                try await world.hub.inSync(2)
                #expect(try await world.find(.configMap("a"))?.json["data"]?["value"] == "2")
                #expect(try await world.find(.configMap("secret")) != nil)
            }
            #expect(await world.hub.fetchedFiles.isEmpty)
            #expect(await world.hub.fetchedLayers.isEmpty)
        }
    }

    @Test func `a carried file that is not the right one is fetched instead`() async throws {
        try await AgentWorld.with { world in
            await world.hub.carry { parcel in
                var other = Parcel(timestamp: parcel.timestamp)
                for entry in parcel.entries.dropFirst() {
                    other.add(entry.name, entry.bytes.isEmpty ? [] : entry.bytes.dropLast() + [0])
                }
                return other
            }
            let bundle = try await world.hub.publish([Self.layer("1")])
            try await world.agent {
                let report = try await world.hub.inSync(1)
                #expect(report.trustError == nil)
            }
            #expect(await world.hub.fetchedFiles == [.snapshot(version: 1), .targets(version: 1)])
            #expect(await world.hub.fetchedLayers == bundle.layers.map(\.digest))
            #expect(await !world.hub.reports.contains { $0.trustError != nil })
        }
    }

    @Test func `what is not carried is fetched`() async throws {
        try await AgentWorld.with { world in
            await world.hub.carry { parcel in
                var less = Parcel(timestamp: parcel.timestamp)
                for entry in parcel.entries where entry.name == .metadata(.snapshot(version: 1)) {
                    less.add(entry.name, entry.bytes)
                }
                return less
            }
            let bundle = try await world.hub.publish([Self.layer("1")])
            try await world.agent { try await world.hub.inSync(1) }
            #expect(await Set(world.hub.fetchedFiles) == [.root(version: 2), .targets(version: 1)])
            #expect(await world.hub.fetchedLayers == bundle.layers.map(\.digest))
        }
    }

    @Test func `a newer root is followed whatever else is carried`() async throws {
        try await AgentWorld.with { world in
            await world.hub.carry()
            try await world.hub.publish([Self.layer("1")])
            try await world.agent {
                try await world.hub.inSync(1)
                try await world.hub.replaceOnlineKeys()
                try await world.hub.inSync(2)
            }
            #expect(await world.hub.fetchedFiles.contains(.root(version: 2)))
            #expect(await !world.hub.reports.contains { $0.trustError != nil })
        }
    }

    @Test(arguments: HubServer.ParcelFault.allCases)
    func `a hub whose parcels are none is asked without`(fault: HubServer.ParcelFault) async throws {
        let hub = try ScriptedHub()
        await hub.carry()
        try await hub.publish([Self.layer("1")])
        try await HubServer(hub, parcelFault: fault).serving { port in
            try await Self.connected(port) { connection in
                let parcel = try await connection.news(after: nil, root: 1, generation: 0, wait: .zero)
                let served = await hub.servedTimestamp
                #expect(parcel?.timestamp == served)
                #expect(parcel?.entries.count == 1)
            }
        }
    }

    @Test func `a parcel comes over HTTP as it was sent, and only when it was asked for`() async throws {
        let hub = try ScriptedHub()
        await hub.carry()
        let bundle = try await hub.publish([Self.layer("1")])
        try await HubServer(hub).serving { port in
            try await Self.connected(port) { connection in
                let parcel = try await connection.news(after: nil, root: 1, generation: 0, wait: .zero)
                #expect(parcel?.layers.keys.map(\.hex) == bundle.layers.map(\.digest.hex))
                #expect(parcel?.entries.count == 5)
                #expect(try await connection.timestamp() == parcel?.timestamp)
                #expect(try await connection.news(after: 1, root: 1, generation: 1, wait: .zero) == nil)
            }
        }
    }

    private static func connected(_ port: Int, _ body: (HTTPHubConnection) async throws -> Void) async throws {
        let http = try HTTPClient()
        let connection = HTTPHubConnection(
            url: "http://127.0.0.1:\(port)",
            identity: AgentIdentity().credentials(bootID: "run"),
            http: http
        )
        let result: Result<Void, any Error>
        do { result = .success(try await body(connection)) } catch { result = .failure(error) }
        await http.shutDown()
        try result.get()
    }
}
