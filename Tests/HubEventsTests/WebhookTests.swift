import Concurrency
import Crypto
import HTTPTransport
import HubEvents
import HubHTTP
import HubStore
import HubTestSupport
import JSON
import Logging
import Observability
import Postgres
import Testing
import Values

/// Webhooks against a program that really listens, and fails, hangs and redirects as it is told.
@Suite struct WebhookTests {
    /// A hub, and one replica's sender that is driven step by step.
    private struct Scene: Sendable {
        let hub: HubTest
        let receiver: WebhookReceiver
        let feed: EventFeed
        let sender: WebhookSender

        var store: HubStore { hub.store }

        /// Puts down what there is, once nothing holds events back.
        func fill() async throws {
            while try await store.events(after: .beginning).isHeldBack {}
            try await sender.fillOnce()
        }

        func addWebhook(_ name: String, path: String, kinds: [String] = []) async throws -> String {
            while try await store.events(after: .beginning).isHeldBack {}
            return try await store.addWebhook(
                named: name,
                url: receiver.url + path,
                kinds: try #require(EventKinds(kinds))
            ).secret
        }

        func delivery(_ webhook: String) async throws -> WebhookDelivery {
            try #require(try await store.webhookDeliveries(of: webhook).first)
        }
    }

    private static let logger = Logger(label: "otomi.test", factory: { _ in SwiftLogNoOpLogHandler() })

    private static func with(
        isListening: Bool = false,
        timeout: Duration = .seconds(10),
        _ body: @escaping @Sendable (Scene) async throws -> Void
    ) async throws {
        try await HubTest.with(isListening: isListening) { hub, _ in
            try await WebhookReceiver.with { receiver in
                let client = try HTTPClient(configuration: WebhookEndpoint.configuration())
                let feed = hub.application.feed
                let sender = Self.sender(hub, client, feed, timeout: timeout)
                try await body(Scene(hub: hub, receiver: receiver, feed: feed, sender: sender))
                await client.shutDown()
            }
        }
    }

    private static func sender(
        _ hub: HubTest,
        _ client: HTTPClient,
        _ feed: EventFeed,
        timeout: Duration = WebhookEndpoint.timeout
    ) -> WebhookSender {
        WebhookSender(
            store: hub.store,
            feed: feed,
            endpoint: WebhookEndpoint(client: client, timeout: timeout, clock: { hub.now }),
            metrics: MetricsRegistry(),
            logger: logger,
            random: { 0.5 }
        )
    }

    // MARK: - What arrives

    @Test func `a delivery is the event, signed as Standard Webhooks say`() async throws {
        try await Self.with { scene in
            _ = try await scene.store.addCluster(NewCluster(name: "before", provider: "aws", region: "eu"))
            let secret = try await scene.addWebhook("ops", path: "/ops", kinds: ["cluster.*"])
            _ = try await scene.store.addCluster(NewCluster(name: "paris", provider: "aws", region: "eu"))
            try await scene.hub.commit(put: [.team("demo")])
            try await scene.fill()
            #expect(try await scene.sender.sendOne(to: "ops") == true)
            #expect(try await scene.sender.sendOne(to: "ops") == nil)
            let message = try #require(scene.receiver.received().first)
            #expect(scene.receiver.received().count == 1)
            let event = try JSONValue(parsing: message.body)
            #expect(event["kind"] == "cluster.added" && event["cluster"] == "paris")
            #expect(message.header("Content-Type") == "application/json")
            // Verified from the secret's text alone, as a receiver does it.
            let key = try #require(secret.hasPrefix("whsec_") ? Base64Text.bytes(String(secret.dropFirst(6))) : nil)
            #expect(key.count == 32)
            let (id, time) = (message.header("webhook-id"), message.header("webhook-timestamp"))
            #expect(!id.isEmpty && !id.contains(".") && Int64(time) == scene.hub.now.seconds)
            var signed = Array("\(id).\(time).".utf8)
            signed += message.body
            let parts = message.header("webhook-signature").split(separator: ",")
            #expect(parts.count == 2 && parts[0] == "v1")
            let code = try #require(Base64Text.bytes(String(parts[1])))
            #expect(
                HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: signed, using: SymmetricKey(data: key))
            )
            let delivery = try await scene.delivery("ops")
            #expect(delivery.state == .delivered && delivery.status == 204 && delivery.attempts == 1)
            #expect(delivery.messageID == id)
        }
    }

    @Test func `the secret is nowhere in the database as it is`() async throws {
        try await Self.with { scene in
            let secret = try await scene.addWebhook("ops", path: "/ops")
            let connection = try await PostgresConnection.connect(scene.hub.configuration, logger: Self.logger)
            let rows = try await connection.query("SELECT w::text AS row FROM webhooks w")
            let text: String = try #require(rows.first).get("row")
            #expect(!text.contains(secret) && !text.contains(secret.dropFirst(6)))
            let changed = try await scene.store.changeWebhook(
                named: "ops",
                url: scene.receiver.url + "/ops",
                kinds: .all,
                isEnabled: true,
                isSecretNew: true
            )
            #expect(changed.secret != nil && changed.secret != secret)
        }
    }

    // MARK: - What does not arrive

    @Test func `a receiver that fails is tried again, ever later, with the same message, and then no more`()
        async throws
    {
        try await Self.with { scene in
            _ = try await scene.addWebhook("ops", path: "/ops", kinds: ["cluster.added"])
            scene.receiver.answer("/ops", .status(500, body: "out of order"))
            _ = try await scene.store.addCluster(NewCluster(name: "paris", provider: "aws", region: "eu"))
            try await scene.fill()
            var pauses: [Duration] = []
            for attempt in 1...HubStore.webhookAttempts {
                #expect(try await scene.sender.sendOne(to: "ops") == false)
                let delivery = try await scene.delivery("ops")
                #expect(delivery.attempts == attempt && delivery.status == 500)
                #expect(delivery.error == "status 500" && delivery.response == "out of order")
                guard attempt < HubStore.webhookAttempts else { break }
                #expect(delivery.state == .pending)
                #expect(try await scene.sender.sendOne(to: "ops") == nil, "not before its time")
                pauses.append(delivery.nextAttempt - scene.hub.now)
                scene.hub.advance(by: delivery.nextAttempt - scene.hub.now)
            }
            #expect(pauses == pauses.sorted() && pauses.first == .seconds(10))
            #expect(try await scene.delivery("ops").state == .dead)
            scene.hub.advance(by: .seconds(10 * 86_400))
            #expect(try await scene.sender.sendOne(to: "ops") == nil)
            let messages = scene.receiver.received()
            #expect(messages.count == HubStore.webhookAttempts)
            #expect(Set(messages.map { $0.header("webhook-id") }).count == 1)
            #expect(Set(messages.map(\.body)).count == 1)
            // A person has it sent again.
            scene.receiver.answer("/ops", .status(200))
            let dead = try await scene.delivery("ops")
            _ = try await scene.store.redeliver(dead.id, of: "ops")
            #expect(try await scene.sender.sendOne(to: "ops") == true)
            #expect(try await scene.delivery("ops").state == .delivered)
        }
    }

    @Test func `a redirect is not followed`() async throws {
        try await Self.with { scene in
            _ = try await scene.addWebhook("ops", path: "/ops", kinds: ["cluster.added"])
            scene.receiver.answer("/ops", .redirect(to: scene.receiver.url + "/elsewhere"))
            _ = try await scene.store.addCluster(NewCluster(name: "paris", provider: "aws", region: "eu"))
            try await scene.fill()
            #expect(try await scene.sender.sendOne(to: "ops") == false)
            #expect(try await scene.delivery("ops").error == "status 302: redirects are not followed")
            #expect(scene.receiver.received("/elsewhere").isEmpty)
        }
    }

    @Test func `a receiver that hangs is left, and an answer without end is not read`() async throws {
        try await Self.with(timeout: .milliseconds(300)) { scene in
            _ = try await scene.addWebhook("silent", path: "/silent", kinds: ["cluster.added"])
            _ = try await scene.addWebhook("loud", path: "/loud", kinds: ["cluster.added"])
            scene.receiver.answer("/silent", .silence)
            scene.receiver.answer("/loud", .status(200, body: String(repeating: "ü", count: 1 << 20)))
            _ = try await scene.store.addCluster(NewCluster(name: "paris", provider: "aws", region: "eu"))
            try await scene.fill()
            #expect(try await scene.sender.sendOne(to: "silent") == false)
            let silent = try await scene.delivery("silent")
            #expect(silent.status == nil && silent.error != nil && silent.state == .pending)
            #expect(try await scene.sender.sendOne(to: "loud") == true)
            let loud = try await scene.delivery("loud")
            #expect(try #require(loud.response).utf8.count <= 1_100)
        }
    }

    @Test func `nobody at the address is a failure like others`() async throws {
        try await Self.with { scene in
            let kinds = try #require(EventKinds(["cluster.added"]))
            _ = try await scene.store.addWebhook(named: "none", url: "http://127.0.0.1:1/", kinds: kinds)
            _ = try await scene.store.addCluster(NewCluster(name: "paris", provider: "aws", region: "eu"))
            try await scene.fill()
            #expect(try await scene.sender.sendOne(to: "none") == false)
            #expect(try await scene.delivery("none").error != nil)
            #expect(try await scene.store.webhook(named: "none").failingSince == scene.hub.now)
        }
    }

    @Test func `a webhook whose secret cannot be opened fails, says why, and is given up in time`() async throws {
        try await Self.with { scene in
            _ = try await scene.addWebhook("ops", path: "/ops", kinds: ["cluster.added"])
            _ = try await scene.store.addCluster(NewCluster(name: "paris", provider: "aws", region: "eu"))
            try await scene.fill()
            let connection = try await PostgresConnection.connect(scene.hub.configuration, logger: Self.logger)
            try await connection.query("UPDATE webhooks SET sealed = left(sealed, -6) || reverse(right(sealed, 6))")
            #expect(try await scene.sender.sendOne(to: "ops") == false)
            let delivery = try await scene.delivery("ops")
            #expect(delivery.error?.contains("the webhook's secret cannot be opened") == true)
            #expect(delivery.state == .pending && delivery.attempts == 1)
            #expect(try await scene.store.webhook(named: "ops").failingSince == scene.hub.now)
            // A new secret, and what waits comes through.
            _ = try await scene.store.changeWebhook(
                named: "ops",
                url: scene.receiver.url + "/ops",
                kinds: try #require(EventKinds(["cluster.added"])),
                isEnabled: true,
                isSecretNew: true
            )
            scene.hub.advance(by: .seconds(60))
            #expect(try await scene.sender.sendOne(to: "ops") == true)
        }
    }

    @Test func `deliveries that are done are forgotten, but for the last thousand of each webhook`() async throws {
        try await Self.with { scene in
            for name in ["ops", "other"] { _ = try await scene.addWebhook(name, path: "/\(name)") }
            let connection = try await PostgresConnection.connect(scene.hub.configuration, logger: Self.logger)
            try await connection.query(
                """
                INSERT INTO webhook_deliveries (webhook, event, kind, body, created_at, next_attempt, state)
                SELECT w, n::text, 'cluster.added', '{}', now(), now(), CASE WHEN n <= 2 THEN 'pending' ELSE 'delivered' END
                FROM generate_series(1, 1007) AS n, unnest(ARRAY['ops', 'other']) AS w WHERE w = 'ops' OR n <= 20
                """
            )
            #expect(try await scene.store.clearDeliveries() == false)
            let left = try await connection.query(
                """
                SELECT webhook, count(*) AS count, count(*) FILTER (WHERE state = 'pending') AS pending
                FROM webhook_deliveries GROUP BY webhook ORDER BY webhook
                """
            )
            #expect(try left.map { try $0.get("count", as: Int64.self) } == [1_002, 20])
            #expect(try left.map { try $0.get("pending", as: Int64.self) } == [2, 2])
        }
    }

    @Test func `a webhook without any success for days is switched off, says so, and goes on when it is switched on`()
        async throws
    {
        try await Self.with { scene in
            _ = try await scene.addWebhook("ops", path: "/ops", kinds: ["cluster.added"])
            scene.receiver.answer("/ops", .status(503))
            for (name, day) in [("a", 0), ("b", 3), ("c", 6)] {
                scene.hub.advance(by: .seconds(day * 86_400))
                _ = try await scene.store.addCluster(NewCluster(name: name, provider: "aws", region: "eu"))
                try await scene.fill()
                _ = try await scene.sender.sendOne(to: "ops")
            }
            let webhook = try await scene.store.webhook(named: "ops")
            #expect(webhook.disabledAt == scene.hub.now)
            #expect(webhook.disabledReason?.contains("status 503") == true)
            #expect(try await scene.sender.sendOne(to: "ops") == nil)
            while try await scene.store.events(after: .beginning).isHeldBack {}
            let told = try await scene.store.events(after: .beginning).events.filter { $0.kind == "webhook.disabled" }
            #expect(told.count == 1 && told.first?.subject == "webhook ops")
            // Events meanwhile are not lost.
            _ = try await scene.store.addCluster(NewCluster(name: "d", provider: "aws", region: "eu"))
            try await scene.fill()
            scene.receiver.answer("/ops", .status(200))
            _ = try await scene.store.changeWebhook(
                named: "ops",
                url: scene.receiver.url + "/ops",
                kinds: try #require(EventKinds(["cluster.added"])),
                isEnabled: true,
                isSecretNew: false
            )
            scene.hub.advance(by: .seconds(86_400))
            try await scene.fill()
            while try await scene.sender.sendOne(to: "ops") != nil {}
            let arrived = try scene.receiver.received("/ops").map { try JSONValue(parsing: $0.body)["cluster"] }
            #expect(Set(arrived) == ["a", "b", "c", "d"])
            #expect(try await scene.store.webhook(named: "ops").failingSince == nil)
        }
    }

    // MARK: - Several at once

    @Test func `one receiver that hangs keeps no other waiting`() async throws {
        try await Self.with(isListening: true, timeout: .seconds(300)) { scene in
            _ = try await scene.addWebhook("hung", path: "/hung", kinds: ["cluster.added"])
            _ = try await scene.addWebhook("ops", path: "/ops", kinds: ["cluster.added"])
            scene.receiver.answer("/hung", .silence)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await scene.feed.run() }
                group.addTask { try await scene.sender.run() }
                for number in 0..<5 {
                    _ = try await scene.store.addCluster(
                        NewCluster(name: "c\(number)", provider: "aws", region: "eu")
                    )
                }
                let arrived = await scene.receiver.wait(for: 5, "/ops")
                #expect(arrived.count == 5)
                #expect(scene.receiver.received("/hung").count == 1)
                group.cancelAll()
            }
        }
    }

    @Test func `two replicas deliver each event once`() async throws {
        try await Self.with(isListening: true) { scene in
            _ = try await scene.addWebhook("ops", path: "/ops", kinds: ["cluster.added"])
            let client = try HTTPClient(configuration: WebhookEndpoint.configuration())
            let feed = scene.hub.application.feed
            let other = Self.sender(scene.hub, client, feed)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await scene.feed.run() }
                group.addTask { try await feed.run() }
                group.addTask { try await scene.sender.run() }
                group.addTask { try await other.run() }
                for number in 0..<20 {
                    _ = try await scene.store.addCluster(
                        NewCluster(name: "c\(number)", provider: "aws", region: "eu")
                    )
                }
                _ = await scene.receiver.wait(for: 20, "/ops")
                group.cancelAll()
            }
            await client.shutDown()
            let names = try scene.receiver.received("/ops").map { try JSONValue(parsing: $0.body)["cluster"] }
            #expect(names.count == 20 && Set(names).count == 20)
        }
    }

    @Test func `what a replica took and never finished is another's after a while`() async throws {
        try await Self.with { scene in
            _ = try await scene.addWebhook("ops", path: "/ops", kinds: ["cluster.added"])
            _ = try await scene.store.addCluster(NewCluster(name: "paris", provider: "aws", region: "eu"))
            try await scene.fill()
            let lost = try #require(try await scene.store.claimDelivery(of: "ops", lease: .seconds(40)))
            #expect(try await scene.sender.sendOne(to: "ops") == nil)
            scene.hub.advance(by: .seconds(41))
            #expect(try await scene.sender.sendOne(to: "ops") == true)
            // The first comes back late: its word counts no more.
            let late = WebhookAttempt(isSuccess: false, status: 500, duration: .zero, error: "late", response: nil)
            try await scene.store.finish(lost.delivery, late, pause: .seconds(10))
            let delivery = try await scene.delivery("ops")
            #expect(delivery.state == .delivered && delivery.error == nil && delivery.attempts == 2)
        }
    }
}
