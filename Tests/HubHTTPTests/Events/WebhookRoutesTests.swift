import HTTPTypes
import HubAPI
import HubTestSupport
import JSON
import Testing
import Values

@Suite struct WebhookRoutesTests {
    private static let new = NewWebhook(name: "ops", url: "https://hooks.example.com/x", kinds: ["cluster.*"])

    @Test func `a webhook is added, changed and removed, and its secret shown once`() async throws {
        try await HubTest.with { hub, caller in
            let answer = try await caller.post(Route.webhooks.path(), Self.new)
            #expect(answer.status == 201)
            let added: WebhookEntry = try answer.message()
            #expect(added.secret?.hasPrefix("whsec_") == true)
            #expect(added.isEnabled && added.kinds == ["cluster.*"])
            var shown: WebhookEntry = try await caller.get(Route.webhook.path("ops")).message()
            #expect(shown.secret == nil)
            let list: Page<WebhookEntry> = try await caller.get(Route.webhooks.path()).message()
            #expect(list.items == [shown])
            try await caller.post(Route.webhooks.path(), Self.new).problem(.alreadyExists)
            let change = WebhookChange(kinds: [], isEnabled: false)
            shown = try await caller.send(.put, Route.webhook.path("ops"), body: change.json.serialized()).message()
            #expect(!shown.isEnabled && shown.kinds.isEmpty && shown.url == Self.new.url && shown.secret == nil)
            #expect(shown.disabledReason?.isEmpty == false)
            let renewed = WebhookChange(isEnabled: true, isSecretNew: true)
            shown = try await caller.send(.put, Route.webhook.path("ops"), body: renewed.json.serialized()).message()
            #expect(shown.isEnabled && shown.secret != nil && shown.secret != added.secret)
            #expect(try await caller.delete(Route.webhook.path("ops")).status == 204)
            try await caller.get(Route.webhook.path("ops")).problem(.notFound)
            try await caller.delete(Route.webhook.path("ops")).problem(.notFound)
        }
    }

    @Test func `nothing is sent to an address that is none, or a cloud's own`() async throws {
        try await HubTest.with { _, caller in
            for url in ["http://hooks.example.com/", "https://169.254.169.254/", "nonsense"] {
                let problem = try await caller.post(Route.webhooks.path(), NewWebhook(name: "ops", url: url))
                    .problem(.invalid)
                #expect(problem.errors.first?.pointer.description == "/url")
            }
            let kinds = NewWebhook(name: "ops", url: Self.new.url, kinds: ["not a kind"])
            try await caller.post(Route.webhooks.path(), kinds).problem(.invalid)
        }
    }

    @Test func `an auditor reads webhooks and changes none, a team's people do neither`() async throws {
        try await HubTest.with { hub, caller in
            _ = try await caller.post(Route.webhooks.path(), Self.new)
            let auditor = caller.with(token: try await hub.token("auditor", .auditor))
            #expect(try await auditor.get(Route.webhooks.path()).status == 200)
            #expect(try await auditor.get(Route.webhookDeliveries.path("ops")).status == 200)
            try await auditor.post(Route.webhooks.path(), Self.new).problem(.forbidden)
            try await auditor.delete(Route.webhook.path("ops")).problem(.forbidden)
            try await auditor.post(Route.webhookDeliveries.path("ops"), [:] as JSONValue).problem(.forbidden)
            let lead = caller.with(token: try await hub.token("lead", try #require(.team("demo", .teamAdmin))))
            try await lead.get(Route.webhooks.path()).problem(.forbidden)
        }
    }

    @Test func `deliveries are pages, a test is one more, and one is sent again`() async throws {
        try await HubTest.with { hub, caller in
            _ = try await caller.post(Route.webhooks.path(), Self.new)
            var made: [DeliveryEntry] = []
            for _ in 0..<3 {
                let answer = try await caller.post(Route.webhookDeliveries.path("ops"), [:] as JSONValue)
                #expect(answer.status == 202)
                made.append(try answer.message())
            }
            #expect(made.allSatisfy { $0.kind == "webhook.test" && $0.state == "pending" })
            let path = Route.webhookDeliveries.path("ops", query: [("limit", "2")])
            let first: Page<DeliveryEntry> = try await caller.get(path).message()
            #expect(first.items.map(\.id) == [made[2].id, made[1].id])
            let before = Route.webhookDeliveries.path("ops", query: [("limit", "2"), ("before", first.next)])
            let rest: Page<DeliveryEntry> = try await caller.get(before).message()
            #expect(rest.items.map(\.id) == [made[0].id] && rest.next == nil)
            let again: JSONValue = ["redeliver": .integer(made[0].id)]
            #expect(try await caller.post(Route.webhookDeliveries.path("ops"), again).status == 202)
            try await caller.post(Route.webhookDeliveries.path("ops"), ["redeliver": 99] as JSONValue)
                .problem(.notFound)
            try await caller.post(Route.webhookDeliveries.path("none"), [:] as JSONValue).problem(.notFound)
        }
    }
}
