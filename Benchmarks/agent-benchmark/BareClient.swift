import HTTPTransport
import Kubernetes

/// Sends patches as fast as the server takes them and reads nothing of the answers but their status: the limit.
struct BareClient: Sendable {
    private static let concurrency = 16

    private let server: String
    private let authorization: String
    private let http: HTTPClient

    init(_ configuration: KubernetesConfiguration) throws {
        guard case .token(let token) = configuration.credentials else { throw Failure("a token is expected") }
        server = configuration.server
        authorization = "Bearer \(token)"
        http = try HTTPClient(configuration: HTTPClient.Configuration(tls: configuration.tls))
    }

    func shutDown() async { await http.shutDown() }

    func send(_ patches: [(path: String, body: [UInt8])]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var rest = patches[...]
            for _ in 0..<Self.concurrency {
                if let patch = rest.popFirst() { group.addTask { try await send(patch.path, patch.body) } }
            }
            while try await group.next() != nil {
                if let patch = rest.popFirst() { group.addTask { try await send(patch.path, patch.body) } }
            }
        }
    }

    private func send(_ path: String, _ body: [UInt8]) async throws {
        let request = HTTPRequest(
            .patch,
            "\(server)\(path)?fieldManager=bare&force=true",
            headers: [
                "Authorization": authorization, "Content-Type": "application/apply-patch+yaml",
                "Accept": "application/json",
            ],
            body: body
        )
        let response = try await http.send(request)
        guard response.isSuccess else { throw Failure("\(path): HTTP status \(response.status)") }
    }
}
