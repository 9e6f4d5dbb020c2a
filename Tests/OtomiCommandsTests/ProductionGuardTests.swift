import Bundles
import HubAPI
import JSON
import Testing

@testable import OtomiCommands

/// Changes on a hub or of a cluster that is production.
@Suite struct ProductionGuardTests {
    private static let clusterChanges = [
        ["cluster", "approve", "eu", "--yes"], ["cluster", "approve", "eu", "--fingerprint", "f1"],
        ["cluster", "reject", "eu"], ["cluster", "revoke", "eu", "--yes"], ["cluster", "readmit", "eu"],
        ["cluster", "rotate", "eu"], ["recovery", "accept", "eu", "--yes"], ["recovery", "dismiss", "eu", "--yes"],
    ]

    /// KEY and KEY.pub stand for files.
    private static let hubChanges = [
        ["cluster", "rotate", "--all"], ["recovery", "begin", "--reason", "x", "--yes"],
        ["recovery", "finish", "--yes"], ["recovery", "root", "KEY"], ["secrets", "rotate"],
        ["trust", "init", "--threshold", "1", "--key", "KEY.pub", "--yes"], ["trust", "rotate", "targets", "--yes"],
        ["trust", "renew", "--yes"], ["trust", "content", "add", "demo", "--key", "KEY.pub", "--yes"],
        ["trust", "content", "drop", "demo", "--yes"], ["trust", "content", "sign", "demo", "--key", "KEY", "--yes"],
        ["trust", "root", "publish", "--in", "KEY"], ["trust", "root", "discard", "--yes"],
        ["tag", "add", "1", "v1"], ["tag", "remove", "v1"],
    ]

    @Test(arguments: clusterChanges + hubChanges)
    func `in a context of production nothing is sent without the name`(command: [String]) async throws {
        try await withTemporaryFolder([:]) { home in
            try TrustKeyFile.make(SigningKey(), at: "\(home)/KEY")
            let hub = FakeHub([
                "GET /api/v1/session": [.json(SessionEntry(name: "alice", kind: "person", grants: []).json)]
            ])
            let shell = ["XDG_CONFIG_HOME": home]
            let login = ["login", "http://live.test", "--token", "x", "--as", "live", "--tier", "prod"]
            #expect(await otomi(login, hub: hub, environment: shell).status == .success)
            let change = command.map { $0.hasPrefix("KEY") ? "\(home)/\($0)" : $0 }
            let nobody = await otomi(change, hub: hub, environment: shell)
            #expect(nobody.status == .usage && nobody.error.contains("Pass --confirm live"))
            let hasty = await otomi(change, hub: hub, person: Person(types: "y"), environment: shell)
            #expect(hasty.error.contains("not confirmed; nothing was changed"))
            #expect(hub.requests.map(\.line) == ["GET /api/v1/session"])
            let named = await otomi(change + ["--confirm", "live"], hub: hub, environment: shell)
            #expect(!named.error.contains("production") && !named.error.contains("not confirmed"))
        }
    }

    @Test(arguments: clusterChanges)
    func `a cluster of production is not changed without its name`(command: [String]) async {
        let cluster = ClusterStatus(
            name: "eu",
            id: "c",
            provider: "aws",
            region: "",
            labels: ["tier": "prod"],
            state: .pending
        )
        let hub = FakeHub(["GET /api/v1/clusters/eu": [.json(cluster.json)]])
        let outcome = await otomi(command, hub: hub)
        #expect(outcome.status == .usage && outcome.error.contains("Pass --confirm eu"))
        #expect(hub.requests.map(\.line) == ["GET /api/v1/clusters/eu"])
    }
}
