import Foundation

/// Runs `kubectl` for one cluster.
package struct Kubectl {
    /// Where it is.
    package static let path = "/usr/bin/kubectl"
    package static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

    private let folder: URL
    /// The file with the cluster's address.
    package let kubeconfig: String

    /// - Throws: when its kubeconfig cannot be written.
    package init(_ cluster: TestCluster) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: TestCluster.uniqueName("kubectl"))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        kubeconfig = folder.appending(path: "config").path
        try cluster.kubeconfig.write(toFile: kubeconfig, atomically: true, encoding: .utf8)
    }

    /// Runs it with `arguments`; the answer has both of its outputs.
    ///
    /// - Throws: when it cannot be started.
    package func run(_ arguments: String..., input: String = "") async throws -> (status: Int32, text: String) {
        try await run(arguments, input: input)
    }

    /// Runs it with `arguments`; the answer has both of its outputs.
    ///
    /// - Throws: when it cannot be started.
    package func run(_ arguments: [String], input: String = "") async throws -> (status: Int32, text: String) {
        let name = TestCluster.uniqueName("run")
        let outputFile = folder.appending(path: "\(name).out")
        let inputFile = folder.appending(path: "\(name).in")
        try Data(input.utf8).write(to: inputFile)
        try Data().write(to: outputFile)
        let process = Process()
        process.executableURL = URL(filePath: Self.path)
        process.arguments = arguments
        process.environment = ["KUBECONFIG": kubeconfig, "HOME": folder.path, "PATH": "/usr/bin:/bin"]
        let output = try FileHandle(forWritingTo: outputFile)
        process.standardOutput = output
        process.standardError = output
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
        // The simulator runs on the threads that tests run on: waiting must not hold one of them.
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        return (status, String(decoding: try Data(contentsOf: outputFile), as: UTF8.self))
    }
}
