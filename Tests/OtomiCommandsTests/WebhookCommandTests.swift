import HubAPI
import JSON
import Testing

@testable import OtomiCommands

@Suite struct WebhookCommandTests {
    private static func webhook(secret: String? = nil, isEnabled: Bool = true) -> WebhookEntry {
        WebhookEntry(
            name: "ops",
            url: "https://hooks.example.com/x",
            kinds: ["cluster.*"],
            isEnabled: isEnabled,
            disabledReason: isEnabled ? nil : "by alice",
            pending: 3,
            createdAt: "2026-01-01T00:00:00Z",
            createdBy: "alice",
            secret: secret
        )
    }

    private static func delivery(_ state: String, attempts: Int, status: Int? = nil) -> DeliveryEntry {
        DeliveryEntry(
            id: 7,
            messageID: "evt_1",
            kind: "cluster.added",
            state: state,
            attempts: attempts,
            createdAt: "2026-01-02T03:03:05Z",
            nextAttempt: state == "pending" ? "2026-01-02T03:05:00Z" : nil,
            status: status,
            milliseconds: status == nil ? nil : 12,
            error: status.flatMap { $0 == 500 ? "status 500" : nil }
        )
    }

    private static func page(_ entry: DeliveryEntry) -> FakeHub.Answer { .json(Page(items: [entry]).json) }

    @Test func `the secret is printed once and alone`() async {
        let hub = FakeHub(["POST /api/v1/webhooks": [.json(Self.webhook(secret: "whsec_abc").json)]])
        let outcome = await otomi(
            "webhook",
            "add",
            "ops",
            "https://hooks.example.com/x",
            "--kind",
            "cluster.*",
            hub: hub
        )
        #expect(outcome.status == .success)
        #expect(outcome.output == "whsec_abc\n")
        #expect(
            hub.requests.first?.body == ["name": "ops", "url": "https://hooks.example.com/x", "kinds": ["cluster.*"]]
        )
    }

    @Test func `list and show say how each is`() async {
        let hub = FakeHub([
            "GET /api/v1/webhooks": [.json(Page(items: [Self.webhook(), Self.webhook(isEnabled: false)]).json)],
            "GET /api/v1/webhooks/ops": [.json(Self.webhook(isEnabled: false).json)],
        ])
        let list = await otomi("webhook", "list", hub: hub)
        #expect(list.output.contains("enabled") && list.output.contains("disabled"))
        let show = await otomi("webhook", "show", "ops", hub: hub)
        #expect(show.output.contains("by alice") && show.output.contains("cluster.*"))
    }

    @Test func `set changes what is named and nothing else`() async {
        let hub = FakeHub(["PUT /api/v1/webhooks/ops": [.json(Self.webhook().json)]])
        #expect(await otomi("webhook", "set", "ops", hub: hub).status == .usage)
        #expect(await otomi("webhook", "set", "ops", "--disable-sending", hub: hub).status == .success)
        #expect(hub.requests.first?.body == ["enabled": false, "newSecret": false])
    }

    @Test func `a test waits for the outcome`() async {
        let hub = FakeHub([
            "POST /api/v1/webhooks/ops/deliveries": [.json(Self.delivery("pending", attempts: 0).json)],
            "GET /api/v1/webhooks/ops/deliveries": [
                Self.page(Self.delivery("pending", attempts: 0)),
                Self.page(Self.delivery("delivered", attempts: 1, status: 204)),
            ],
        ])
        let outcome = await otomi("webhook", "test", "ops", hub: hub)
        #expect(outcome.status == .success)
        #expect(outcome.output == "Delivery 7: status 204 in 12 ms.\n")
    }

    @Test func `a test that fails is a failure, and one of which nothing is known a timeout`() async {
        let route = "GET /api/v1/webhooks/ops/deliveries"
        let post = "POST /api/v1/webhooks/ops/deliveries"
        let sent = FakeHub.Answer.json(Self.delivery("pending", attempts: 0).json)
        let failing = FakeHub([post: [sent], route: [Self.page(Self.delivery("pending", attempts: 1, status: 500))]])
        #expect(await otomi("webhook", "test", "ops", hub: failing).status == .failure)
        let silent = FakeHub([post: [sent], route: [Self.page(Self.delivery("pending", attempts: 0))]])
        #expect(await otomi("webhook", "test", "ops", hub: silent).status == .timeout)
    }

    @Test func `deliveries are listed, and one is sent again`() async {
        let hub = FakeHub([
            "GET /api/v1/webhooks/ops/deliveries": [Self.page(Self.delivery("dead", attempts: 10, status: 500))],
            "POST /api/v1/webhooks/ops/deliveries": [.json(Self.delivery("pending", attempts: 0).json)],
        ])
        let list = await otomi("webhook", "deliveries", "ops", hub: hub)
        #expect(list.output.contains("dead") && list.output.contains("status 500 in 12 ms"))
        #expect(await otomi("webhook", "redeliver", "ops", "7", hub: hub).status == .success)
        #expect(hub.requests.last?.body == ["redeliver": 7])
    }

    @Test func `removing is asked for`() async {
        let hub = FakeHub(["DELETE /api/v1/webhooks/ops": [.json([:])]])
        #expect(await otomi("webhook", "remove", "ops", hub: hub).status == .usage)
        #expect(hub.requests.isEmpty)
        #expect(await otomi("webhook", "remove", "ops", "--yes", hub: hub).status == .success)
    }
}
