import FleetTestSupport
import Foundation
import Glibc
import JSON
import KubernetesTestSupport
import Testing

/// A disk that is full: one clear line, nothing lost, and all goes on when there is room again.
///
/// Needs root, because each test has a small file system of its own.
@Suite(.enabled(if: geteuid() == 0, "a small file system needs root")) struct FullDiskTests {
    @Test("a hub or an agent that cannot write at its start says so and ends")
    func start() async throws {
        let cluster = try await TestCluster.simulated()
        try await World.with { world in
            try await withSmallDisk(in: world, kilobytes: 64) { disk in
                fill(disk)
                let hub = try await Program.run(
                    "otomi-hub",
                    ["serve", "--data-dir", "\(disk)/hub", "--listen", "127.0.0.1:0", "--log-level", "critical"],
                    in: world.folder
                )
                #expect(hub.status == 1)
                #expect(hub.standardError.split(separator: "\n").count == 1, "\(hub.standardError)")
                let kubeconfig = try cluster.writeKubeconfig()
                defer { unlink(kubeconfig) }
                let url = await world.url
                let agent = try await Program.run(
                    "otomi-agent",
                    [
                        "run", "--hub", url, "--token", "x", "--state-dir", "\(disk)/agent", "--kubeconfig", kubeconfig,
                    ],
                    in: world.folder
                )
                #expect(agent.status != 0)
                #expect(agent.standardError.contains("No space left"), "\(agent.standardError)")
            }
        }
    }

    @Test("a commit on a full disk fails with one line, and succeeds when there is room again; nothing is lost")
    func commit() async throws {
        try await World.with { world in
            await world.stopHub()
            try await withSmallDisk(in: world, kilobytes: 128 << 10, at: "hub") { disk in
                try await world.startHub()
                let file = world.folder.appending(path: "team.yaml")
                try "kind: Team\nname: first\nspec: {}\n".write(to: file, atomically: true, encoding: .utf8)
                let first = try await world.otomi("apply", "-f", file.path, "-m", "First")
                #expect(first.status == 0, "\(first.standardError)")

                fill(disk)
                try Self.manyTeams.write(to: file, atomically: true, encoding: .utf8)
                let refused = try await world.otomi("apply", "-f", file.path, "-m", "Too much")
                #expect(refused.status != 0)
                #expect(refused.standardError.split(separator: "\n").count == 1, "\(refused.standardError)")

                unlink("\(disk)/filler")
                var last = refused
                for _ in 0..<40 where last.status != 0 {
                    last = try await world.otomi("apply", "-f", file.path, "-m", "Again")
                }
                #expect(last.status == 0, "\(last.standardError)")
                let teams = try await world.otomiJSON("get", "team")
                #expect(teams.arrayValue?.count == 1 + Self.count)
                await world.stopHub()
            }
        }
    }

    private static let count = 400

    /// Enough documents that their pages cannot be had from what a full disk has left.
    private static let manyTeams = (1...count)
        .map { "kind: Team\nname: t\($0)\nspec: {oidc: {groupMapping: \"\(String(repeating: "x", count: 4_000))\"}}\n" }
        .joined(separator: "---\n")

    private func withSmallDisk(
        in world: World,
        kilobytes: Int,
        at name: String = "disk",
        _ body: (String) async throws -> Void
    ) async throws {
        let path = world.folder.appending(path: name).path
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try #require(mount("tmpfs", path, "tmpfs", 0, "size=\(kilobytes)k,mode=0711") == 0, "errno \(errno)")
        defer { umount2(path, Int32(MNT_DETACH)) }
        try await body(path)
    }

    /// Leaves no block free.
    private func fill(_ disk: String) {
        let descriptor = open("\(disk)/filler", O_WRONLY | O_CREAT, 0o600)
        defer { close(descriptor) }
        let block = [UInt8](repeating: 1, count: 4_096)
        while write(descriptor, block, block.count) > 0 {}
    }
}
