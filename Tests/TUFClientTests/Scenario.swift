import Bundles
import FleetTestSupport
import Foundation
import HTTPTransport
import JSON
import TUFClient
import Testing

/// A repository that python-tuf made, step by step, and what a client must make of each step.
struct Scenario: Sendable, CustomTestStringConvertible {
    private struct Step {
        let action: String
        /// The code of the refusal; `client` for none of trust, `any` for one that is not told, empty for success.
        let error: String
        let days: Int64
        let target: String
        /// What is trusted afterwards, `null` for nothing.
        let versions: [String: JSONValue]
        let requests: [String]?
        let content: String?
        let files: Int64?

        init(_ json: JSONValue) throws {
            action = try json.required("action")
            error = try json.required("error")
            days = try json.required("days")
            target = try json.optional("target") ?? ""
            versions = json["versions"]?.objectValue ?? [:]
            requests = try json.optional("requests")
            content = try json.optional("content")
            files = try json.optional("files")
        }
    }

    let folder: URL

    var testDescription: String { folder.lastPathComponent }

    /// Every scenario, made below `folder`.
    static func all(in folder: URL) async throws -> [Scenario] {
        let output = try await PythonTUF.run("scenarios.py", [folder.path], in: folder)
        try #require(output.status == 0, "\(output.standardError)")
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { FileManager.default.fileExists(atPath: $0.appending(path: "steps.json").path) }
            .sorted { $0.path < $1.path }.map { Scenario(folder: $0) }
    }

    /// Plays it: one client, whose folders outlive the steps, asks the repository as it is at each of them.
    func play(_ server: FileServer, _ url: String, _ http: HTTPClient) async throws {
        let client = folder.appending(path: "client")
        let directory = MetadataDirectory(client.appending(path: "metadata"))
        let root = Array(try Data(contentsOf: folder.appending(path: "initial_root.json")))
        let steps = try JSONValue(parsing: Array(Data(contentsOf: folder.appending(path: "steps.json"))))
        for (index, json) in (steps.arrayValue ?? []).enumerated() {
            let step = try Step(json)
            let place = "\(testDescription), step \(index + 1)"
            server.serve(try files(atStep: index + 1))
            var refusal = ""
            do {
                if index == 0 { try directory.initialize(trusting: root) }
                try await perform(
                    step,
                    TUFClient(directory, repository: RemoteRepository("\(url)/metadata", client: http), now: now(step)),
                    url,
                    http
                )
            } catch let error as BundleError {
                refusal = error.code.rawValue
            } catch is TUFClientError {
                refusal = "client"
            }
            if step.error == "any" {
                #expect(refusal != "", "\(place)")
            } else {
                #expect(refusal == step.error, "\(place)")
            }
            try check(step, client, server.requests, place)
        }
    }

    private func now(_ step: Step) -> Int64 { Int64(Date().timeIntervalSince1970) + step.days * MetadataTime.day }

    private func perform(_ step: Step, _ client: TUFClient, _ url: String, _ http: HTTPClient) async throws {
        guard step.action == "download" else {
            try await client.refresh()
            return
        }
        try await client.download(
            step.target,
            from: RemoteRepository("\(url)/targets/", client: http),
            into: TargetDirectory(folder.appending(path: "client/targets"))
        )
    }

    private func check(_ step: Step, _ client: URL, _ requests: [String], _ place: String) throws {
        for (role, version) in step.versions {
            let file = try? Data(contentsOf: client.appending(path: "metadata/\(role).json"))
            let trusted = try file.map { try JSONValue(parsing: Array($0))["signed"]?["version"] ?? .null } ?? .null
            #expect(trusted == version, "\(place): \(role)")
        }
        if let expected = step.requests {
            let asked = requests.map { $0.hasPrefix("targets/") ? "target" : String($0.dropFirst("metadata/".count)) }
            #expect(asked == expected, "\(place)")
        }
        if let files = step.files {
            let kept = try FileManager.default.contentsOfDirectory(atPath: client.appending(path: "metadata").path)
            #expect(kept.count == Int(files), "\(place): \(kept)")
        }
        if let content = step.content {
            let name = step.target.replacing("/", with: "%2F")
            let file = try Data(contentsOf: client.appending(path: "targets").appending(component: name))
            #expect(String(decoding: file, as: UTF8.self) == content, "\(place)")
        }
    }

    /// What the repository serves at a step, counted from one.
    func files(atStep number: Int) throws -> [String: [UInt8]] { try files(below: folder.appending(path: "\(number)")) }

    private func files(below folder: URL) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        let base = folder.resolvingSymlinksInPath().path
        for path in FileManager.default.enumerator(atPath: base)?.compactMap({ $0 as? String }) ?? [] {
            let url = URL(filePath: "\(base)/\(path)")
            if !url.hasDirectoryPath, let data = try? Data(contentsOf: url) { files[path] = Array(data) }
        }
        return files
    }
}
