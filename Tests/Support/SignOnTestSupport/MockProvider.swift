import Foundation
package import HTTPTransport
import HubAPI
package import JSON
import KubernetesTestSupport

/// A real OpenID provider: python's oidc-provider-mock on a free loopback port.
package struct MockProvider: Sendable {
    /// Why there is none.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package let issuer: String
    private let http: HTTPClient

    private static let python: String = {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "/root")/.cache"
        return "\(cache)/otomi/oidc-provider/venv/bin/python"
    }()

    /// Whether `script/bootstrap` has installed it; on CI it must have.
    package static var isInstalled: Bool {
        FileManager.default.isExecutableFile(atPath: python) || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    package static let whyNot =
        "oidc-provider-mock is not installed: run script/bootstrap where PyPI can be reached, then these tests run"

    /// Runs `body` with a provider that is ready.
    ///
    /// - Throws: `Failure` when it does not start, or what `body` throws.
    package static func with(_ body: (MockProvider) async throws -> Void) async throws {
        let log = "\(NSTemporaryDirectory())/otomi-oidc-\(UUID().uuidString).log"
        defer { try? FileManager.default.removeItem(atPath: log) }
        let process = try ChildProcess(
            python,
            ["-m", "oidc_provider_mock", "--host", "127.0.0.1", "--port", "0", "--require-nonce", "true"],
            logFile: log
        )
        defer { process.kill() }
        let port = try await port(of: process)
        let http = try HTTPClient()
        let provider = MockProvider(issuer: "http://127.0.0.1:\(port)", http: http)
        do { try await body(provider) } catch {
            await http.shutDown()
            throw error
        }
        await http.shutDown()
    }

    /// Says what the provider knows of somebody.
    package func setClaims(_ claims: JSONValue, of subject: String) async throws {
        let response = try await http.send(
            HTTPRequest(
                .put,
                "\(issuer)/users/\(subject)",
                headers: ["Content-Type": "application/json"],
                body: claims.serialized()
            )
        )
        guard response.isSuccess else { throw Failure(description: "no user was set: \(response.status)") }
    }

    /// Looks at the provider's form and sends it as a browser would.
    ///
    /// - Returns: the parameters that the browser is sent back with.
    package func authorize(_ url: String, as subject: String) async throws -> [String: String] {
        let page = try await http.send(HTTPRequest(.get, url))
        guard page.status == 200, String(decoding: page.body, as: UTF8.self).contains("name=\"sub\"") else {
            throw Failure(description: "no form came: \(page.status)")
        }
        let location = try await submit(["sub": subject], to: url)
        guard let parameters = FormEncoding.decode(location.split(separator: "?", maxSplits: 1).last ?? "") else {
            throw Failure(description: "the address is no callback: \(location)")
        }
        return parameters
    }

    /// Confirms at the provider that the session ends.
    ///
    /// - Returns: where the browser is sent then.
    package func endSession(_ url: String) async throws -> String {
        let page = try await http.send(HTTPRequest(.get, url))
        let query = FormEncoding.decode(url.split(separator: "?", maxSplits: 1).last ?? "") ?? [:]
        guard page.status == 200, let target = query["post_logout_redirect_uri"] else {
            throw Failure(description: "no form came: \(page.status)")
        }
        return try await submit(["redirect_uri": target], to: "\(issuer)/oauth2/end_session/confirm")
    }

    package var client: HTTPClient { http }

    private func submit(_ form: KeyValuePairs<String, String>, to url: String) async throws -> String {
        let response = try await http.send(
            HTTPRequest(
                .post,
                url,
                headers: ["Content-Type": FormEncoding.mediaType],
                body: Array(FormEncoding.encode(form).utf8)
            )
        )
        guard response.status == 302, let location = response.headers["Location"] else {
            throw Failure(description: "the form was not taken: \(response.status)")
        }
        return location
    }

    /// The port that it says it listens on.
    private static func port(of process: ChildProcess) async throws -> Int {
        for _ in 0..<1_200 {
            let words = process.logTail.components(separatedBy: "running on http://127.0.0.1:")
            if words.count == 2, let port = Int(words[1].prefix { $0.isNumber }), port > 0 { return port }
            guard !process.hasEnded else { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure(description: "the OpenID provider did not start:\n\(process.logTail)")
    }
}
