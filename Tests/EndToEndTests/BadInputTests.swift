import FleetTestSupport
import Foundation
import JSON
import KubernetesTestSupport
import Testing

/// What goes wrong at a terminal: one clear line each, an exit code that is not 0, nothing lost.
@Suite struct BadInputTests {
    private static let fiveFaults = """
        kind: Team
        name: Demo_1
        spec: {}
        ---
        kind: Service
        team: demo
        name: web
        spec:
          port: 99999
          colour: blue
          exposure:
            type: sideways
        ---
        kind: Job
        team: demo
        name: night
        spec:
          type: CronJob
          ttlSecondsAfterFinished: -1
          image:
            repository: busybox
            tag: latest
          script: echo
          resources:
            limits: {cpu: 50m, memory: 64Mi}
            requests: {cpu: 50m, memory: 64Mi}
        """

    @Test("a values file with five faults gets five errors with file, pointer and expectation, and no revision")
    func fiveFaults() async throws {
        try await World.with { world in
            let file = world.folder.appending(path: "faulty.yaml")
            try Self.fiveFaults.write(to: file, atomically: true, encoding: .utf8)
            let output = try await world.otomi("apply", "-f", file.path, "-m", "Faulty")
            #expect(output.status == 7)
            for place in ["/spec/port", "/spec/colour", "/spec/exposure/type", "/spec/ttlSecondsAfterFinished"] {
                let pointer = place.replacing("/spec", with: "")
                #expect(output.standardError.contains(pointer), "\(pointer) is missing in: \(output.standardError)")
            }
            #expect(output.standardError.contains("Demo_1"))
            #expect(output.standardError.contains("faulty.yaml"))
            let history = try await world.otomiJSON("history")
            #expect(history == [])
        }
    }

    @Test("a wrong token, a wrong URL and a hub that is not there are told apart")
    func commandLine() async throws {
        try await World.with { world in
            let url = await world.url
            let wrongToken = try await run("otomi", ["status", "--hub", url, "--token", "wrong"], world)
            #expect(wrongToken.status == 5)
            #expect(lines(wrongToken.standardError) == 1, "\(wrongToken.standardError)")
            let nobody = try await run("otomi", ["status", "--hub", "http://127.0.0.1:9", "--token", "x"], world)
            #expect(nobody.status == 6)
            #expect(nobody.standardError.contains("http://127.0.0.1:9"))
            let noURL = try await run("otomi", ["status", "--hub", "not a url", "--token", "x"], world)
            #expect(noURL.status != 0)
            #expect(lines(noURL.standardError) <= 3, "\(noURL.standardError)")
        }
    }

    @Test("a port in use, a second hub on the same folder and an unreachable database stop the hub with one line")
    func hub() async throws {
        try await World.with { world in
            let address = String(await world.url.dropFirst("http://".count))
            let folder = world.folder.path
            let portInUse = try await run(
                "otomi-hub",
                ["serve", "--data-dir", "\(folder)/other", "--listen", address, "--log-level", "critical"],
                world
            )
            #expect(portInUse.status == 1)
            #expect(portInUse.standardError.contains("\(address) is in use"), "\(portInUse.standardError)")
            let second = try await run(
                "otomi-hub",
                ["serve", "--data-dir", "\(folder)/hub", "--listen", "127.0.0.1:0"],
                world
            )
            #expect(second.status == 1)
            #expect(second.standardError.contains("another hub is running"))
            let noDatabase = try await run(
                "otomi-hub",
                [
                    "serve", "--data-dir", "\(folder)/third", "--listen", "127.0.0.1:0", "--log-level", "critical",
                    "--database-url", "postgres://nobody@127.0.0.1:9/none",
                ],
                world
            )
            #expect(noDatabase.status == 1)
            #expect(noDatabase.standardError.contains("127.0.0.1"), "\(noDatabase.standardError)")
            #expect(lines(noDatabase.standardError) == 1, "\(noDatabase.standardError)")
            let unwritable = try await run("otomi-hub", ["serve", "--data-dir", "/proc/otomi"], world)
            #expect(unwritable.status == 1)
            #expect(unwritable.standardError.contains("/proc/otomi"))
        }
    }

    @Test("an agent says in one line that its token is wrong or used, and that a hub or folder is not there")
    func agent() async throws {
        let cluster = try await TestCluster.simulated()
        try await World.with { world in
            let url = await world.url
            // The cluster's own agent is known there, so that another one is tried on another cluster.
            let kubeconfig = try await TestCluster.simulated().writeKubeconfig()
            defer { unlink(kubeconfig) }
            func agent(hub: String, token: String, state: String) async throws -> Program.Output {
                try await run(
                    "otomi-agent",
                    [
                        "run", "--hub", hub, "--token", token, "--state-dir", state, "--kubeconfig", kubeconfig,
                    ],
                    world
                )
            }
            let wrong = try await agent(hub: url, token: "otomi_wrong", state: "\(world.folder.path)/wrong")
            #expect(wrong.status != 0)
            #expect(lines(wrong.standardError) == 1, "\(wrong.standardError)")
            #expect(wrong.standardError.contains("token"))

            let added = try await world.otomiJSON("cluster", "add", "c", "--provider", "aws", "--region", "eu")
            let token: String = try added.required("token")
            let team = world.folder.appending(path: "team.yaml")
            try "kind: Team\nname: demo\nspec: {}\n".write(to: team, atomically: true, encoding: .utf8)
            _ = try await world.otomiJSON("apply", "-f", team.path, "-m", "A team")
            try await world.startAgent("c", token: token, at: cluster)
            try await world.wait(for: "c")
            let used = try await agent(hub: url, token: token, state: "\(world.folder.path)/second")
            #expect(used.status != 0)
            #expect(lines(used.standardError) == 1, "\(used.standardError)")
            #expect(used.standardError.contains("used"), "\(used.standardError)")

            let nobody = try await agent(hub: "http://127.0.0.1:9", token: "x", state: "\(world.folder.path)/third")
            #expect(nobody.status != 0)
            #expect(nobody.standardError.contains("http://127.0.0.1:9"), "\(nobody.standardError)")
            let unwritable = try await agent(hub: url, token: "x", state: "/proc/otomi")
            #expect(unwritable.status != 0)
            #expect(lines(unwritable.standardError) == 1, "\(unwritable.standardError)")
        }
    }

    private func run(_ program: String, _ arguments: [String], _ world: World) async throws -> Program.Output {
        try await Program.run(program, arguments, in: world.folder)
    }

    private func lines(_ text: String) -> Int {
        text.split(separator: "\n").count
    }
}
