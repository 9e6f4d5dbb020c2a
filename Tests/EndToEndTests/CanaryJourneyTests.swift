import AgentTestSupport
import CanarySupport
import ClusterSimulator
import FleetTestSupport
import Foundation
import JSON
import Kubernetes
import KubernetesTestSupport
import Testing

/// The whole way of a secret through hub, wire and agent: it comes out in the cluster's Secret, and nowhere else.
@Suite struct CanaryJourneyTests {
    private static let values = """
        kind: Settings
        name: otomi
        spec:
          adminPassword: \(Canary.value("admin"))
          globalPullSecret:
            {server: registry.example.com, username: puller, password: \(Canary.value("registry")), email: a@example.com}
        ---
        kind: Settings
        name: dns
        spec:
          provider:
            aws: {region: eu-west-1, accessKeyID: \(Canary.value("id")), secretAccessKey: \(Canary.value("dns"))}
        ---
        kind: Settings
        name: smtp
        spec: {smarthost: "mail.example.com:587", auth_username: u, auth_password: \(Canary.value("mail"))}
        ---
        kind: Team
        name: demo
        spec:
          password: \(Canary.value("team"))
          resourceQuota: {pods: "5"}
          alerts: {receivers: [slack], slack: {url: "https://hooks.example.com/\(Canary.value("slack"))"}}
        ---
        kind: App
        name: grafana
        spec: {adminPassword: \(Canary.value("app"))}
        """

    private static let faulty = """
        kind: Team
        name: demo
        spec:
          password: [\(Canary.value("list"))]
          alerts: {slack: {url: "not a url \(Canary.value("url"))"}}
        """

    /// What came out, and under which name it is complained about.
    private struct Outputs {
        var texts: [(name: String, bytes: [UInt8])] = []

        mutating func add(_ name: String, _ text: String) { texts.append((name, Array(text.utf8))) }

        mutating func add(_ name: String, _ output: Program.Output) {
            add(name, output.standardOutput + "\n" + output.standardError)
        }
    }

    @Test(
        "33 · planted secrets are in the cluster's Secret and in no output, log, report, database dump or on the wire"
    )
    func wholeWay() async throws {
        let cluster = try await TestCluster.simulated()
        try await World.with(logLevel: "trace") { world in
            let port = try #require(Int(await world.url.split(separator: ":").last ?? ""))
            try await FaultyProxy.with(to: port) { proxy, proxyPort in
                let outputs: Outputs
                do {
                    outputs = try await journey(world, cluster, through: "http://127.0.0.1:\(proxyPort)", proxy)
                } catch {
                    // The proxy must not go while the agent speaks through it.
                    await world.stopAgent("c0")
                    throw error
                }
                for output in outputs.texts {
                    if let form = Canary.trace(in: output.bytes) {
                        Issue.record("\(output.name) has a secret in \(form): \(Self.surroundings(output.bytes))")
                    }
                }
                #expect(proxy.recorded.count > 10_000, "the wire was recorded")
            }
        }
    }

    private static func surroundings(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let range = text.range(of: Canary.mark) else { return "(\(bytes.count) bytes)" }
        let start = text.index(range.lowerBound, offsetBy: -200, limitedBy: text.startIndex) ?? text.startIndex
        let end = text.index(range.upperBound, offsetBy: 60, limitedBy: text.endIndex) ?? text.endIndex
        return String(text[start..<end])
    }

    private func journey(
        _ world: World,
        _ cluster: TestCluster,
        through address: String,
        _ proxy: FaultyProxy
    ) async throws -> Outputs {
        var outputs = Outputs()
        let file = world.folder.appending(path: "values.input")
        try Self.values.write(to: file, atomically: true, encoding: .utf8)
        let faulty = world.folder.appending(path: "faulty.input")
        try Self.faulty.write(to: faulty, atomically: true, encoding: .utf8)
        outputs.add("validate", try await world.otomi("validate", faulty.path))
        outputs.add("apply, refused", try await world.otomi("apply", "-f", faulty.path, "-m", "Faulty", "-o", "json"))

        let added = try await world.otomiJSON(
            "cluster",
            "add",
            "c0",
            "--provider",
            "onprem",
            "--region",
            "lab"
        )
        let token: String = try added.required("token")
        // An admission webhook that quotes what it refuses, as they do.
        cluster.faults.add(
            FaultPlan.Rule(
                .deny { request in
                    let body = String(decoding: request.body, as: UTF8.self)
                    let plain = Self.decoded(request.body)
                    return .init(
                        400,
                        "BadRequest",
                        "admission webhook \"w.example\" denied the request: \(body) \(plain)"
                    )
                }
            ) { $0.method == "PATCH" && $0.path.contains("/secrets/") && !$0.path.contains("otomi-system") }
        )
        let applied = try await world.otomi("apply", "-f", file.path, "-m", "Plant", "-o", "json")
        try #require(applied.status == 0, "\(applied.standardError)")
        outputs.add("apply", applied)
        try await world.startAgent("c0", token: token, at: cluster, through: address)
        outputs.add("wait, refused", try await world.otomi("wait", "--timeout", "8s", "--cluster", "c0"))
        try await look(world, "while Secrets are refused", &outputs)
        cluster.faults.clear()
        try await poll("the secrets are on the cluster") {
            let texts = try await planted(on: cluster).map { Self.decoded($0.json.serialized()) }
            return ["registry", "slack", "app"].allSatisfy { name in
                texts.contains { $0.contains(Canary.value(name)) }
            }
        }
        try await drift(planted(on: cluster), cluster)
        try await poll("somebody else's values are gone") {
            try await planted(on: cluster).allSatisfy {
                !Self.decoded($0.json.serialized()).contains("of somebody else")
            }
        }
        let changed = Self.values.replacing("\(Canary.mark)-registry", with: "\(Canary.mark)-registry-2")
        try changed.write(to: file, atomically: true, encoding: .utf8)
        outputs.add("conflict", try await world.otomi("apply", "-f", file.path, "-m", "x", "--base", "0", "-o", "json"))
        outputs.add("dry run", try await world.otomi("apply", "-f", file.path, "--dry-run", "-o", "json"))
        outputs.add("apply again", try await world.otomi("apply", "-f", file.path, "-m", "Change"))
        outputs.add("rotate", try await world.otomi("secrets", "rotate"))
        try await poll("the changed secret is on the cluster") {
            try await planted(on: cluster).contains { Self.decoded($0.json.serialized()).contains("-registry-2") }
        }
        try await look(world, "at the end", &outputs)
        try await gather(world, cluster, token: token, &outputs)
        await world.stopAgent("c0")
        outputs.texts.append(("the wire", proxy.recorded))
        return outputs
    }

    /// Somebody else writes a secret of their own over ours.
    private func drift(_ secrets: [KubernetesObject], _ cluster: TestCluster) async throws {
        let client = try cluster.makeClient()
        let value = Data(Canary.value("of somebody else").utf8).base64EncodedString()
        for secret in secrets.prefix(2) {
            let keys = secret.json["data"]?.objectValue?.keys.sorted() ?? []
            let data = Dictionary(uniqueKeysWithValues: keys.map { ($0, JSONValue.string(value)) })
            try await client.mergePatch(
                secret.type,
                namespace: secret.namespace,
                name: secret.name,
                patch: ["data": .object(data)],
                fieldManager: "somebody"
            )
        }
        await client.shutDown()
    }

    /// The cluster's Secrets that hold what was planted.
    private func planted(on cluster: TestCluster) async throws -> [KubernetesObject] {
        let client = try cluster.makeClient()
        let found = try await client.list(GroupVersionKind(version: "v1", kind: "Secret")).objects
        await client.shutDown()
        return found.filter { Canary.trace(in: $0.json.compactText) != nil }
    }

    /// Waits until `holds` is true; fails after two minutes.
    private func poll(_ what: String, until holds: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while !(try await holds()) {
            try #require(ContinuousClock.now < deadline, "it is still not so that \(what)")
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Asks for everything that a person can ask for.
    private func look(_ world: World, _ moment: String, _ outputs: inout Outputs) async throws {
        let commands: [[String]] = [
            ["status"], ["cluster", "list"], ["cluster", "show", "c0"], ["cluster", "objects", "c0"],
            ["get", "Settings"], ["get", "Team"], ["get", "App"], ["history"], ["history", "show", "1"],
            ["values", "--cluster", "c0"], ["render", "--cluster", "c0"], ["secrets", "keys"],
            ["explain", "--cluster", "c0", "otomi"], ["explain", "--cluster", "c0", "dns"],
            ["explain", "--cluster", "c0", "smtp"], ["explain", "--cluster", "c0", "apps.grafana"],
            ["explain", "--cluster", "c0", "teamConfig.demo"],
        ]
        for command in commands {
            for format in [[], ["-o", "json"], ["-o", "yaml"]] {
                let output = try await Program.run(
                    "otomi",
                    command + format,
                    in: world.folder,
                    environment: ["OTOMI_HUB": await world.url, "OTOMI_TOKEN": await world.token, "NO_COLOR": "1"]
                )
                outputs.add("otomi \((command + format).joined(separator: " ")) \(moment)", output)
            }
        }
    }

    /// Reads what the programs left behind: logs, the database, the agent's folder, metrics, a diagnosis.
    private func gather(_ world: World, _ cluster: TestCluster, token: String, _ outputs: inout Outputs) async throws {
        let folder = world.folder
        let diagnosis = try await Program.run(
            "otomi-agent",
            [
                "diagnose", "--hub", await world.url, "--state-dir", folder.appending(path: "agent-c0").path,
                "--kubeconfig", folder.appending(path: "c0.kubeconfig").path, "--output", "json",
            ],
            in: folder
        )
        outputs.add("otomi-agent diagnose", diagnosis)
        let dump = try Self.dump(folder)
        outputs.texts.append(("the database dump", dump))
        let text = String(decoding: dump, as: UTF8.self)
        #expect(text.contains("CREATE TABLE public.documents") && text.contains("$sealed"), "the dump is whole")
        let administrator = await world.token
        for (name, secret) in [("enrolment", token), ("administrator's", administrator)] {
            #expect(!text.contains(secret), "the \(name) token is in the database")
        }
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        let left = (files?.allObjects as? [URL] ?? []).filter { file in
            file.pathExtension != "input" && !file.path.contains("/hub/postgres/")
        }
        #expect(left.contains { $0.lastPathComponent == "hub.log" })
        for file in left {
            guard let data = try? Data(contentsOf: file) else { continue }
            let path = file.path.dropFirst(folder.path.count)
            outputs.texts.append(("the file \(path)", Array(data)))
            guard file.pathExtension == "log" else { continue }
            let log = String(decoding: data, as: UTF8.self)
            #expect(!log.contains(token) && !log.contains(administrator), "a token is in \(path)")
        }
    }

    /// The values of a Secret's data in the clear.
    private static func decoded(_ body: [UInt8]) -> String {
        let data = (try? JSONValue(parsing: body))?["data"]?.objectValue ?? [:]
        return data.values.compactMap { $0.stringValue.flatMap { Data(base64Encoded: $0) } }
            .map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    }

    /// What `pg_dump` says of the hub's private database.
    private static func dump(_ folder: URL) throws -> [UInt8] {
        let lock = try String(contentsOf: folder.appending(path: "hub/postgres/postmaster.pid"), encoding: .utf8)
        let socket = String(
            try #require(lock.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(4).first)
        )
        let versions = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql").sorted()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/lib/postgresql/\(try #require(versions.last))/bin/pg_dump")
        let user = getuid() == 0 ? "postgres" : NSUserName()
        process.arguments = ["-h", socket, "-U", user, "otomi"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let bytes = Array(try pipe.fileHandleForReading.readToEnd() ?? Data())
        process.waitUntilExit()
        return bytes
    }
}
