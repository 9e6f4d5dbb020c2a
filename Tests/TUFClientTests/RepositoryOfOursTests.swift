import AgentProtocol
import Bundles
import Concurrency
import FleetTestSupport
import Foundation
import HTTPTransport
import HubTestSupport
import JSON
import TUFClient
import Testing

/// What plain TUF clients make of what we sign: python-tuf, and our own.
@Suite struct RepositoryOfOursTests {
    @Test(.enabled(if: PythonTUF.isInstalled, PythonTUF.missing))
    func `python-tuf reads a hub's metadata and downloads a layer`() async throws {
        try await HubTest.with { hub, caller in
            let published = try await Published(hub, caller)
            try await TemporaryFolder.with { folder in
                let output = try await published.read(with: folder, now: hub.now.seconds)
                try #require(output.status == 0, "\(output.standardError)")
                let files = output.standardOutput.split(separator: "\n").map { URL(filePath: String($0)) }
                #expect(files.count == published.bundle.layers.count)
                for (file, layer) in zip(files, published.bundle.layers) {
                    #expect(Digest(of: Array(try Data(contentsOf: file))) == layer.digest, "\(layer.name)")
                }
                #expect(published.bundle.layers.contains { $0.name.hasPrefix("team") })
            }
        }
    }

    @Test(.enabled(if: PythonTUF.isInstalled, PythonTUF.missing))
    func `python-tuf notices a changed layer of a hub`() async throws {
        try await HubTest.with { hub, caller in
            var published = try await Published(hub, caller)
            for path in published.files.keys where path.hasPrefix("targets/") { published.files[path]?[0] ^= 1 }
            let changed = published
            try await TemporaryFolder.with { folder in
                let output = try await changed.read(with: folder, now: hub.now.seconds)
                #expect(output.status != 0)
                #expect(output.standardError.contains("does not match expected hash"), "\(output.standardError)")
            }
        }
    }

    @Test func `our own client reads a hub's metadata and downloads every layer`() async throws {
        try await HubTest.with { hub, caller in
            let published = try await Published(hub, caller)
            try await TemporaryFolder.with { folder in
                let directory = MetadataDirectory(folder.appending(path: "metadata"))
                try directory.initialize(trusting: hub.root)
                try await FileServer.running { server, url in
                    server.serve(published.files)
                    let http = try HTTPClient()
                    let client = TUFClient(
                        directory,
                        repository: RemoteRepository("\(url)/metadata", client: http),
                        now: hub.now.seconds
                    )
                    for layer in published.bundle.layers {
                        let file = try await client.download(
                            layer.name,
                            from: RemoteRepository("\(url)/targets", client: http),
                            into: TargetDirectory(folder.appending(path: "targets"))
                        )
                        #expect(Digest(of: Array(try Data(contentsOf: file))) == layer.digest, "\(layer.name)")
                    }
                    await http.shutDown()
                }
            }
        }
    }

    @Test(.enabled(if: PythonTUF.isInstalled, PythonTUF.missing))
    func `python-tuf follows a root rotation and a delegation to a team's key that we signed`() async throws {
        let repository = try DelegatingRepository()
        try await TemporaryFolder.with { folder in
            let honest = try await PythonTUF.read(repository.files, root: repository.root, ["team/a"], in: folder)
            try #require(honest.status == 0, "\(honest.standardError)")
            let file = URL(filePath: String(honest.standardOutput.split(separator: "\n")[0]))
            #expect(try Data(contentsOf: file) == Data(repository.layer))
        }
        try await TemporaryFolder.with { folder in
            let forged = try DelegatingRepository(teamSigner: SigningKey()).files
            let output = try await PythonTUF.read(forged, root: repository.root, ["team/a"], in: folder)
            #expect(output.status != 0)
        }
    }
}

/// What a hub published for one cluster, under the paths at which a plain client looks for it.
private struct Published {
    let bundle: Bundles.Bundle
    var files: [String: [UInt8]] = [:]
    private let root: [UInt8]

    init(_ hub: HubTest, _ caller: HubCaller) async throws {
        root = hub.root
        var agent = try await TestAgent.enrolled("paris", hub, caller)
        try await hub.commit(put: [.team("a"), .service("web", team: "a")])
        try await hub.publish()
        bundle = try await agent.refresh()
        let generation = bundle.generation
        for name: MetadataFileName in [.timestamp, .snapshot(version: generation), .targets(version: generation)] {
            files["metadata/\(name)"] = try await agent.send(.metadata(name, poll: nil)).bytes
        }
        for layer in bundle.layers {
            let path = layer.name.split(separator: "/").map(String.init)
            let name = (path.dropLast() + ["\(layer.digest.hex).\(path.last ?? "")"]).joined(separator: "/")
            files["targets/\(name)"] = try await agent.send(.layer(layer.digest)).bytes
        }
    }

    /// Runs python-tuf on it at `now`, for every layer.
    func read(with folder: URL, now: Int64) async throws -> Program.Output {
        try await PythonTUF.read(files, root: root, bundle.layers.map(\.name), in: folder, now: now)
    }
}

/// A repository in which the targets role delegates one path to a team's key, with a root that replaced every key.
private struct DelegatingRepository {
    let root: [UInt8]
    let layer = Array("a layer of team a".utf8)
    private(set) var files: [String: [UInt8]] = [:]

    /// `teamSigner` signs the team's file, the team's own key by default.
    init(teamSigner: SigningKey? = nil) throws {
        let old = try RoleSigners.fixed(1)
        let new = try RoleSigners.fixed(5)
        let team = try SigningKey(rawBytes: [UInt8](repeating: 9, count: 32))
        let now = Int64(Date().timeIntervalSince1970)
        let expires = now + MetadataTime.day
        root = try MetadataSigner(old).initialRoot(now: 1_795_348_800)
        var listed: [MetadataRole: (keys: [PublicKey], threshold: Int)] = [:]
        for role in MetadataRole.allCases { listed[role] = (new[role].map(\.publicKey), 1) }
        let next = RootMetadata(version: 2, expires: expires, signers: listed)
        let role = DelegatedRole(
            name: "team-a",
            signers: RoleKeys(keyIDs: [team.keyID], threshold: 1),
            scope: .patterns(["team/a"]),
            isTerminating: true
        )
        let delegated = try SignedMetadata(
            signing: TargetsMetadata(
                version: 3,
                expires: expires,
                targets: ["team/a": TargetFile(length: layer.count, digest: Digest(of: layer), custom: nil)],
                custom: nil
            ),
            with: [teamSigner ?? team]
        ).bytes
        let targets = try SignedMetadata(
            signing: TargetsMetadata(
                version: 1,
                expires: expires,
                targets: [:],
                delegations: Delegations([(role, [team.publicKey])]),
                custom: nil
            ),
            with: new[.targets]
        ).bytes
        let snapshot = try SignedMetadata(
            signing: SnapshotMetadata(
                version: 1,
                expires: expires,
                targets: MetadataFile(version: 1, bytes: targets),
                delegated: ["team-a": MetadataFile(version: 3, bytes: delegated)],
                cluster: nil
            ),
            with: new[.snapshot]
        ).bytes
        files = [
            "metadata/2.root.json": try MetadataSigner.nextRoot(next, signedBy: old[.root] + new[.root]),
            "metadata/timestamp.json": try SignedMetadata(
                signing: TimestampMetadata(
                    version: 1,
                    expires: expires,
                    snapshot: MetadataFile(version: 1, bytes: snapshot),
                    cluster: nil
                ),
                with: new[.timestamp]
            ).bytes,
            "metadata/1.snapshot.json": snapshot,
            "metadata/1.targets.json": targets,
            "metadata/3.team-a.json": delegated,
            "targets/team/\(Digest(of: layer).hex).a": layer,
        ]
    }
}

extension RoleSigners {
    /// Keys that are the same in every run.
    fileprivate static func fixed(_ seed: UInt8) throws -> RoleSigners {
        var keys: [MetadataRole: [SigningKey]] = [:]
        for (index, role) in MetadataRole.allCases.enumerated() {
            keys[role] = [try SigningKey(rawBytes: [UInt8](repeating: seed + UInt8(index), count: 32))]
        }
        return RoleSigners(keys)
    }
}

extension PythonTUF {
    /// Lets python-tuf's client read `files` and download `targets`; `now` is the time that it goes by.
    fileprivate static func read(
        _ files: [String: [UInt8]],
        root: [UInt8],
        _ targets: [String],
        in folder: URL,
        now: Int64 = Int64(Date().timeIntervalSince1970)
    ) async throws -> Program.Output {
        let file = folder.appending(path: "root.json")
        try Data(root).write(to: file)
        return try await FileServer.running { server, url in
            server.serve(files)
            let arguments = [file.path, "\(url)/metadata/", "\(url)/targets/", folder.path, String(now)]
            return try await run("client.py", arguments + targets, in: folder)
        }
    }
}
