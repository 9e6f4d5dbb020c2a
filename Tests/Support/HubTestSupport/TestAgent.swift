package import AgentProtocol
package import Bundles
import Concurrency
package import HTTPTypes
import HubAPI
package import JSON
import Testing

/// An agent as far as the hub can tell: it signs its requests and verifies what it is given.
package struct TestAgent: Sendable {
    package let hub: HubTest
    package let caller: HubCaller
    package let key: SigningKey
    package let sealing: SealingKeyPair
    package let clusterUID: String
    /// Which run of the agent it is.
    package var bootID = "boot"
    /// Set once it is enrolled.
    package private(set) var trust: TrustedState?

    package init(
        _ hub: HubTest,
        _ caller: HubCaller,
        key: SigningKey = SigningKey(),
        sealing: SealingKeyPair = SealingKeyPair(),
        clusterUID: String = "uid"
    ) {
        self.hub = hub
        self.caller = caller.with(token: nil)
        self.key = key
        self.sealing = sealing
        self.clusterUID = clusterUID
    }

    /// An agent that has enrolled for a new cluster.
    package static func enrolled(_ name: String, _ hub: HubTest, _ caller: HubCaller) async throws -> TestAgent {
        var agent = TestAgent(hub, caller, clusterUID: "uid-\(name)")
        let token = try await caller.addCluster(name).token
        let response = try await agent.enrol(token: token).message(EnrolResponse.self)
        agent.trust = try TrustedState(trusting: response.root.canonical(), cluster: response.cluster)
        return agent
    }

    /// The same agent with other keys.
    package func with(key: SigningKey, sealing: SealingKeyPair) -> TestAgent {
        var agent = TestAgent(hub, caller, key: key, sealing: sealing, clusterUID: clusterUID)
        agent.trust = trust
        agent.bootID = bootID
        return agent
    }

    /// The same agent, started again.
    package func with(bootID: String) -> TestAgent {
        var agent = self
        agent.bootID = bootID
        return agent
    }

    /// The same agent behind another replica of the hub.
    package func with(caller: HubCaller) -> TestAgent {
        var agent = TestAgent(hub, caller, key: key, sealing: sealing, clusterUID: clusterUID)
        agent.trust = trust
        agent.bootID = bootID
        return agent
    }

    /// The same agent with another hub.
    package func with(hub: HubTest, caller: HubCaller) -> TestAgent {
        var agent = TestAgent(hub, caller, key: key, sealing: sealing, clusterUID: clusterUID)
        agent.trust = trust
        agent.bootID = bootID
        return agent
    }

    /// The request that replaces its keys by those of `other`.
    package func rotation(to other: TestAgent) throws -> RotateRequest {
        try RotateRequest(replacing: key.keyID, with: other.key, sealingKey: other.sealing.publicKey)
    }

    /// The request that has an operator replace its keys by those of `other`.
    package func renewal(to other: TestAgent) throws -> RenewRequest {
        RenewRequest(
            rotation: try rotation(to: other),
            clusterUID: clusterUID,
            agentVersion: "1.0",
            kubernetesVersion: "1.30"
        )
    }

    package var clusterID: String { trust?.cluster?.id ?? "" }

    // MARK: - Requests

    /// A request with its signature, before it is sent.
    package struct SignedRequest: Sendable {
        package let method: HTTPRequest.Method
        package var target: String
        package var fields: HTTPFields
        package var body: [UInt8]
    }

    /// Signs by a clock that is `ahead` seconds ahead of the hub's.
    package func signed(_ route: AgentRoute, body: [UInt8] = [], ahead: Int64 = 0) throws -> SignedRequest {
        var random = SystemRandomNumberGenerator()
        var fields = HTTPFields()
        let signature = try RequestSigner(key: key, bootID: bootID).fields(
            for: RequestLine(route),
            body: body,
            created: hub.now.seconds + ahead,
            nonce: Nonce.make(using: &random)
        )
        for (name, value) in signature { fields[try #require(HTTPField.Name(name))] = value }
        return SignedRequest(
            method: try #require(HTTPRequest.Method(route.method)),
            target: route.target,
            fields: fields,
            body: body
        )
    }

    package func send(_ request: SignedRequest) async throws -> HubAnswer {
        try await caller.send(
            request.method,
            request.target,
            headers: request.fields,
            body: request.method == .get ? nil : request.body
        )
    }

    package func send(_ route: AgentRoute, _ message: (any JSONRepresentable)? = nil) async throws -> HubAnswer {
        try await send(try signed(route, body: message.map { $0.json.serialized() } ?? []))
    }

    package func enrolment(token: String) -> EnrolRequest {
        EnrolRequest(
            token: token,
            cluster: EnrolRequest.cluster(ofToken: token),
            clusterUID: clusterUID,
            publicKey: key.publicKey,
            sealingKey: sealing.publicKey,
            bootID: bootID,
            agentVersion: "1.0",
            kubernetesVersion: "1.30"
        )
    }

    package func enrol(token: String) async throws -> HubAnswer { try await send(.enrol, enrolment(token: token)) }

    package func timestamp(after version: Int64, waitSeconds: Int) async throws -> HubAnswer {
        try await send(.metadata(.timestamp, poll: AgentRoute.Poll(after: version, waitSeconds: waitSeconds)))
    }

    package func report(
        _ state: Report.State,
        revision: Int64,
        generation: Int64 = 1,
        sequence: Int64 = 1,
        layers: [LayerReport] = [],
        notReady: [ObjectReport] = []
    ) async throws -> Bool {
        let report = Report(
            bootID: bootID,
            sequence: sequence,
            generation: generation,
            revision: revision,
            state: state,
            layers: layers,
            notReady: notReady,
            versions: Versions(agent: "1.0", kubernetes: "1.30"),
            observedAt: hub.now.milliseconds
        )
        return try await send(.report, report).message(ReportResponse.self).accepted
    }

    // MARK: - Trust

    /// Goes through one update by the client workflow and returns the bundle that is trusted after it.
    package mutating func refresh() async throws -> Bundle {
        var update = TrustUpdate(try #require(trust), now: hub.now.seconds)
        while true {
            switch update.next {
            case .root(let version, _):
                let answer = try await send(.metadata(.root(version: version), poll: nil))
                if answer.status == 404 { try update.rootsAreCurrent() } else { try update.updateRoot(answer.bytes) }
            case .timestamp: _ = try update.updateTimestamp(try await file(.timestamp))
            case .snapshot(let version, _): try update.updateSnapshot(try await file(.snapshot(version: version)))
            case .targets(let version, _): try update.updateTargets(try await file(.targets(version: version)))
            case .delegated, .done:
                trust = update.state
                return try #require(try update.state.bundle())
            }
        }
    }

    /// Goes through one update with files that somebody else serves; the roots are as the agent knows them.
    package mutating func take(_ files: MetadataSigner.ClusterMetadata) throws {
        var update = TrustUpdate(try #require(trust), now: hub.now.seconds)
        try update.rootsAreCurrent()
        _ = try update.updateTimestamp(files.timestamp)
        if case .snapshot = update.next { try update.updateSnapshot(files.snapshot) }
        if case .targets = update.next { try update.updateTargets(files.targets) }
        trust = update.state
    }

    private func file(_ name: MetadataFileName) async throws -> [UInt8] {
        let answer = try await send(.metadata(name, poll: nil))
        try #require(answer.status == 200, "\(name): \(answer.status) \(answer.text)")
        #expect(answer.headers[.cacheControl] == "no-store")
        return answer.bytes
    }
}
