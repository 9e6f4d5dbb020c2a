import HubAPI
import JSON
import Synchronization
import Testing

@testable import OtomiCommands

@Suite struct InstallCommandTests {
    /// What kubectl was asked, and what it answers.
    private final class Kubectl: Sendable {
        struct Call: Equatable {
            let words: [String]
            let input: String
        }

        private let recorded = Mutex<[Call]>([])
        private let status: Int32

        init(status: Int32 = 0) { self.status = status }

        var calls: [Call] { recorded.withLock(\.self) }

        var runner: ProgramRunner {
            ProgramRunner { [self] name, arguments, input in
                recorded.withLock { $0.append(Call(words: [name] + arguments, input: input)) }
                return status
            }
        }
    }

    private static let manifest = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: otomi-system\n"

    private static func hub(
        url: String? = nil,
        expiresAt: String? = "2026-01-02T04:04:05Z",
        notes: [String] = [],
        states: ClusterState...
    ) -> FakeHub {
        let installation = ClusterInstallation(
            name: "eu",
            hub: "https://hub.test",
            image: "agent:1",
            manifest: url == nil ? manifest : nil,
            url: url,
            expiresAt: expiresAt,
            notes: notes
        )
        let fleets = states.enumerated().map { index, state in
            FakeHub.Answer.json(
                FleetGoalTests.fleet(FleetGoalTests.cluster("eu", state, desired: 5, applied: nil), version: "\(index)")
                    .json
            )
        }
        return FakeHub([
            "POST /api/v1/clusters/eu/installation": [.json(installation.json)], "GET /api/v1/status": fleets,
        ])
    }

    private static let apply = ["apply", "--server-side", "--force-conflicts", "-f", "-"]

    @Test("standard output is the manifest and nothing else, so that it can be piped to kubectl")
    func prints() async {
        let hub = Self.hub(notes: ["The token crosses the network in the clear."])
        let outcome = await otomi("cluster", "install", "eu", hub: hub)
        #expect(outcome.status == .success)
        #expect(outcome.output == Self.manifest)
        #expect(outcome.error.contains("Note: The token crosses the network in the clear."))
        #expect(outcome.error.contains("until 2026-01-02T04:04:05Z"))
        #expect(hub.requests.last?.body == ["delivery": "manifest"])
    }

    @Test("the options of the agent reach the hub")
    func options() async throws {
        let hub = Self.hub()
        let outcome = try await withTemporaryFolder(["ca.crt": "-----BEGIN CERTIFICATE-----\n"]) { folder in
            await otomi(
                ["cluster", "install", "eu", "--image", "agent:2", "--hub-ca", "\(folder)/ca.crt"]
                    + ["--proxy", "http://proxy:3128", "--no-proxy", ".internal", "--persistence", "1Gi"]
                    + ["--lifetime", "10m"],
                hub: hub
            )
        }
        #expect(outcome.status == .success, "\(outcome.error)")
        #expect(
            hub.requests.last?.body == [
                "delivery": "manifest", "image": "agent:2", "authorities": "-----BEGIN CERTIFICATE-----\n",
                "proxy": "http://proxy:3128", "noProxy": ".internal", "persistence": "1Gi", "lifetimeSeconds": 600,
            ]
        )
    }

    @Test("a one-time address is printed as the command that uses it")
    func link() async {
        let hub = Self.hub(url: "https://hub.test/install/v1/otomi_1")
        let outcome = await otomi("cluster", "install", "eu", "--url", hub: hub)
        #expect(outcome.output == "kubectl apply -f https://hub.test/install/v1/otomi_1\n")
        #expect(outcome.error.contains("serves the manifest once"))
        #expect(hub.requests.last?.body == ["delivery": "link"])
    }

    @Test("apply hands the manifest to kubectl in the context that is named, and waits until the agent enrols")
    func applies() async {
        let hub = Self.hub(states: .pending, .connected)
        let kubectl = Kubectl()
        let outcome = await otomi(
            ["cluster", "install", "eu", "--apply", "--wait", "--context", "c", "--kubeconfig", "/k"],
            hub: hub,
            programs: kubectl.runner
        )
        #expect(outcome.status == .success, "\(outcome.error)")
        #expect(
            kubectl.calls == [
                .init(words: ["kubectl", "--kubeconfig", "/k", "--context", "c"] + Self.apply, input: Self.manifest)
            ]
        )
        #expect(outcome.output.contains("The agent of eu has enrolled."))
    }

    @Test("an upgrade makes no token, and its wait is the roll-out's")
    func upgrades() async {
        let hub = Self.hub(expiresAt: nil)
        let kubectl = Kubectl()
        let outcome = await otomi(
            ["cluster", "install", "eu", "--upgrade", "--image", "agent:2", "--apply", "--wait", "--timeout", "2m"],
            hub: hub,
            programs: kubectl.runner
        )
        #expect(outcome.status == .success, "\(outcome.error)")
        #expect(hub.requests.compactMap(\.body) == [["delivery": "upgrade", "image": "agent:2"]])
        #expect(
            kubectl.calls.last?.words == [
                "kubectl", "rollout", "status", "deployment/otomi-agent", "-n", "otomi-system", "--timeout=120s",
            ]
        )
    }

    @Test("an agent that does not enrol in time is exit code 8, with its name")
    func neverEnrols() async {
        let outcome = await otomi(
            ["cluster", "install", "eu", "--apply", "--wait", "--timeout", "5s"],
            hub: Self.hub(states: .pending),
            programs: Kubectl().runner
        )
        #expect(outcome.status == .timeout)
        #expect(outcome.error.contains("eu: pending, its agent has not enrolled yet"))
    }

    @Test("a kubectl that is missing or fails is one clear line")
    func kubectlFails() async {
        let missing = await otomi("cluster", "install", "eu", "--apply", hub: Self.hub())
        #expect(missing.status == .failure && missing.error.contains("kubectl is not found in PATH"))
        let failed = await otomi(
            ["cluster", "install", "eu", "--apply"],
            hub: Self.hub(),
            programs: Kubectl(status: 3).runner
        )
        #expect(failed.status == .failure && failed.error.contains("kubectl apply ended with status 3"))
    }

    @Test(
        "what does not go together is wrong usage, and the hub is not asked",
        arguments: [
            ["--url", "--apply"], ["--url", "--upgrade"], ["--wait"], ["--context", "c"], ["--kubeconfig", "/k"],
        ]
    )
    func usage(arguments: [String]) async {
        let hub = Self.hub()
        let outcome = await otomi(["cluster", "install", "eu"] + arguments, hub: hub)
        #expect(outcome.status == .usage)
        #expect(hub.requests.isEmpty)
    }

    @Test("a program gets its input and answers with its status")
    func programs() throws {
        let run = ProgramRunner.process.run
        #expect(try run("sh", ["-c", "read line; test \"$line\" = hello"], "hello\n") == 0)
        #expect(try run("sh", ["-c", "exit 7"], String(repeating: "x", count: 1 << 20)) == 7)
        #expect(throws: CommandFailure.self) { try run("no-such-program-of-otomi", [], "") }
    }
}
