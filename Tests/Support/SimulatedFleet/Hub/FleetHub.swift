import Concurrency
import FleetTestSupport
package import Foundation
import Glibc
package import HubAPI
package import HTTPTransport
import Logging
package import Postgres

/// One or more real hub processes: one with its private PostgreSQL, or replicas on a PostgreSQL that they share.
package actor FleetHub {
    /// How the hubs are started.
    package struct Options: Sendable {
        package var replicas = 1
        /// Whether the hubs speak TLS themselves.
        package var hasTLS = false
        /// Whether agents take only certificates of the system's authorities, of which the hubs' own is none.
        package var agentsVerify = false
        /// The level of the hubs' logs.
        package var logLevel = "warning"

        package init() {}
    }

    nonisolated package let folder: URL
    nonisolated package let options: Options
    private let http: HTTPClient
    private let shared: PrivateServer?
    private var database: PostgresConfiguration?
    private var programs: [Int: Program] = [:]
    /// By replica, once it was started.
    package private(set) var urls: [String]
    package private(set) var token = ""

    package init(folder: URL, options: Options = Options()) throws {
        self.folder = folder
        self.options = options
        var configuration = HTTPClient.Configuration()
        configuration.tls = TLSConfiguration(verifiesServer: false)
        http = try HTTPClient(configuration: configuration)
        urls = Array(repeating: "", count: options.replicas)
        // The account that PostgreSQL runs as must be able to walk through.
        try FileManager.default.createDirectory(
            at: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        shared =
            options.replicas > 1
            ? PrivateServer(directory: folder.appending(path: "database").path, logger: Logger(label: "otomi.fleet"))
            : nil
    }

    // MARK: - Processes

    /// Starts the database, if the hubs share one, and every hub.
    package func start() async throws {
        if let shared {
            try FileManager.default.createDirectory(
                at: folder.appending(path: "database"),
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o755]
            )
            database = try await shared.start()
        }
        for replica in 0..<options.replicas { try await start(replica) }
    }

    /// Starts one hub, on the address that it had before, if it had one.
    ///
    /// - Returns: how long it took until it listened.
    @discardableResult
    package func start(_ replica: Int) async throws -> Duration {
        let directory = folder.appending(path: "hub-\(replica)")
        if replica > 0 { try copySecrets(to: directory) }
        let address = urls[replica].firstRange(of: "://").map { String(urls[replica][$0.upperBound...]) }
        var arguments = [
            "serve", "--data-dir", directory.path, "--listen", address ?? "127.0.0.1:0", "--log-level",
            options.logLevel, "--tls", options.hasTLS ? "self-signed" : "off",
        ]
        if let database { arguments += ["--database-url", Self.url(of: database)] }
        let began = ContinuousClock.now
        let program = try Program.start("otomi-hub", arguments, log: folder.appending(path: "hub-\(replica).log"))
        programs[replica] = program
        urls[replica] = try await program.firstLine()
        let took = began.duration(to: .now)
        token = try String(contentsOf: directory.appending(path: "admin-token"), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        return took
    }

    /// Replicas have one key for secrets, and one administrator's token.
    private func copySecrets(to directory: URL) throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for name in ["secrets.key", "admin-token"] {
            let target = directory.appending(path: name)
            guard !FileManager.default.fileExists(atPath: target.path) else { continue }
            try FileManager.default.copyItem(at: folder.appending(path: "hub-0").appending(path: name), to: target)
        }
    }

    /// Ends a hub by a signal and waits until it is gone.
    package func stop(_ replica: Int, _ signal: Int32 = SIGTERM) async {
        await programs[replica]?.stop(signal)
    }

    /// Ends everything and removes the folder.
    package func end() async {
        for program in programs.values { await program.stop() }
        await shared?.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    /// The process of a hub.
    package func identifier(_ replica: Int = 0) -> Int32 { programs[replica]?.identifier ?? 0 }

    /// The end of every hub's log.
    package var logs: String {
        (0..<options.replicas).map { replica in
            let text = try? String(contentsOf: folder.appending(path: "hub-\(replica).log"), encoding: .utf8)
            return "hub-\(replica):\n\((text ?? "").suffix(3_000))"
        }.joined(separator: "\n")
    }

    // MARK: - Clients

    /// The client that the command line uses, of one replica.
    package func client(_ replica: Int = 0, token: String? = nil) throws -> HubClient {
        try HubClient(url: urls[replica], token: token ?? self.token, client: http)
    }

    /// Reads a path of the API, as a whole answer.
    package func get(_ path: String, replica: Int = 0) async throws -> HTTPResponse {
        try await http.send(HTTPRequest(.get, urls[replica] + path, headers: ["Authorization": "Bearer \(token)"]))
    }

    /// Replaces what is at a path of the API.
    package func put(_ path: String, _ body: [UInt8]) async throws -> HTTPResponse {
        var request = HTTPRequest(.put, urls[0] + path, headers: ["Authorization": "Bearer \(token)"], body: body)
        request.headers["Content-Type"] = "application/json"
        return try await http.send(request)
    }

    // MARK: - The database

    /// How to connect to the hubs' database.
    package func databaseConfiguration() throws -> PostgresConfiguration {
        if let database { return database }
        let lock = try lockLines()
        return PostgresConfiguration(socketDirectory: lock[4], database: PrivateServer.database, user: Self.account)
    }

    /// The first process of the database.
    package func databaseIdentifier() throws -> Int32 {
        if let identifier = shared?.processID { return identifier }
        return Int32(try lockLines()[0]) ?? 0
    }

    private func lockLines() throws -> [String] {
        let file = folder.appending(path: "hub-0/postgres/postmaster.pid")
        let lines = try String(contentsOf: file, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        guard lines.count > 4 else { throw FleetFailure("the hub's database is not ready: \(file.path)") }
        return lines
    }

    /// Whom the server runs as, and therefore its superuser.
    private static var account: String {
        guard geteuid() != 0 else { return "postgres" }
        return getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "postgres"
    }

    private static func url(of database: PostgresConfiguration) -> String {
        var values: [String: String] = [:]
        for (key, value) in database.parameters { values[key] = value }
        let host = (values["host"] ?? "").replacing("/", with: "%2F")
        return "postgres://\(values["user"] ?? "postgres")@\(host)/\(values["dbname"] ?? "otomi")"
    }
}

/// A simulated fleet could not be run, or something about it is not as it must be.
package struct FleetFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
