import Foundation
import JSON

/// `amtool` and `promtool`, the parsers of the programs that read what is compiled; `script/bootstrap` installs them.
enum PrometheusTools {
    /// A tool said no, or is not there.
    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    /// Whether Alertmanager would start with the configuration.
    static func checkAlertmanager(_ configuration: JSONValue) throws -> String {
        try withFiles(["alertmanager.yaml": configuration]) { folder in
            try run("amtool", ["check-config", folder.appending(path: "alertmanager.yaml").path])
        }
    }

    /// The receivers that Alertmanager would notify of an alert with the labels, in order.
    static func receivers(of labels: [String: String], by configuration: JSONValue) throws -> [String] {
        let output = try withFiles(["alertmanager.yaml": configuration]) { folder in
            let path = folder.appending(path: "alertmanager.yaml").path
            let labels = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return try run("amtool", ["config", "routes", "test", "--config.file=\(path)"] + labels)
        }
        return output.split(whereSeparator: { $0 == "," || $0 == "\n" }).map(String.init)
    }

    /// Whether Prometheus would load the groups of rules.
    static func checkRules(_ groups: JSONValue) throws -> String {
        try withFiles(["rules.yaml": groups]) { folder in
            try run("promtool", ["check", "rules", folder.appending(path: "rules.yaml").path])
        }
    }

    /// Runs a unit test of the groups of rules, which it names `rules.yaml`.
    static func testRules(_ groups: JSONValue, _ test: JSONValue) throws -> String {
        try withFiles(["rules.yaml": groups, "test.yaml": test]) { folder in
            try run("promtool", ["test", "rules", folder.appending(path: "test.yaml").path])
        }
    }

    private static func withFiles<Result>(
        _ files: [String: JSONValue],
        _ body: (URL) throws -> Result
    ) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "otomi-rules-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, content) in files { try Data(content.serialized()).write(to: folder.appending(path: name)) }
        return try body(folder)
    }

    private static func run(_ tool: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [tool] + arguments
        let answer = Pipe()
        let complaints = Pipe()
        process.standardOutput = answer
        process.standardError = complaints
        try process.run()
        let output = String(decoding: answer.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complaint = String(decoding: complaints.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        switch process.terminationStatus {
        case 0: return output
        case 127: throw Refusal(description: "\(tool) is not installed; run script/bootstrap")
        default: throw Refusal(description: "\(tool) \(arguments.joined(separator: " ")):\n\(output)\(complaint)")
        }
    }
}
