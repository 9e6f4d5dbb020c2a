import HTTPTransport
import Kubernetes

/// What an API server counts itself.
enum APIServerCounts {
    /// How many writes it has been asked for, by whomever.
    static func writes(_ client: KubernetesClient) async throws -> Int {
        let answer = try await client.raw(.get, "/metrics", headers: ["Accept": "text/plain"])
        var total = 0.0
        for line in String(decoding: answer.body, as: UTF8.self).split(separator: "\n")
        where line.hasPrefix("apiserver_request_total{") && isWrite(line) {
            total += line.split(separator: " ").last.flatMap { Double($0) } ?? 0
        }
        return Int(total)
    }

    private static func isWrite(_ line: Substring) -> Bool {
        // Leases and endpoints are the server's own.
        guard !line.contains("resource=\"leases\""), !line.contains("resource=\"endpoints\"") else { return false }
        return ["APPLY", "PATCH", "POST", "PUT", "DELETE", "DELETECOLLECTION"].contains {
            line.contains("verb=\"\($0)\"")
        }
    }
}
