import AgentProtocol
import Bundles
import Concurrency
import Glibc
import HTTPTransport
import Kubernetes

/// Looks at everything the agent needs, changes nothing, and says what is wrong.
struct Diagnosis: Sendable {
    /// One thing that was looked at.
    struct Finding: Sendable {
        let name: String
        let isGood: Bool
        let detail: String
    }

    private let configuration: AgentConfiguration

    init(_ configuration: AgentConfiguration) {
        self.configuration = configuration
    }

    /// Prints the findings, one line each.
    ///
    /// - Returns: whether all are good.
    func print() async -> Bool {
        var findings = await hubFindings()
        findings += await clusterFindings()
        findings += await stateFindings()
        for finding in findings {
            Swift.print("\(finding.isGood ? "ok  " : "FAIL") \(finding.name): \(finding.detail)")
        }
        return findings.allSatisfy(\.isGood)
    }

    private func hubFindings() async -> [Finding] {
        do throws(HTTPTransportError) {
            let http = try HTTPClient(configuration: HTTPClient.Configuration(tls: configuration.hubTLS))
            let started = UnixTime.now()
            let response = try await http.send(HTTPRequest(.get, "\(configuration.hub)/livez", timeout: .seconds(10)))
            await http.shutDown()
            let reached = Finding(
                name: "hub",
                isGood: response.isSuccess,
                detail: "\(configuration.hub) answers with HTTP status \(response.status)"
            )
            guard let date = response.headers["date"], let time = HTTPDate.seconds(date) else { return [reached] }
            let skew = started.seconds - time
            return [
                reached,
                Finding(
                    name: "clock",
                    isGood: abs(skew) < 120,
                    detail: "\(skew) s away from the hub's (300 s are let pass)"
                ),
            ]
        } catch { return [Finding(name: "hub", isGood: false, detail: "\(error)")] }
    }

    private func clusterFindings() async -> [Finding] {
        do throws(KubernetesError) {
            let api = try ClusterAPI(configuration.cluster, environment: .system)
            var findings = [
                Finding(
                    name: "API server",
                    isGood: true,
                    detail: "\(configuration.cluster.server) runs \(try await api.version())"
                )
            ]
            for (verb, group, resource) in [
                ("create", "", "namespaces"), ("patch", "", "configmaps"),
                ("patch", "rbac.authorization.k8s.io", "roles"),
                ("patch", "apiextensions.k8s.io", "customresourcedefinitions"), ("delete", "", "namespaces"),
            ] {
                let isAllowed = try await api.client.isAllowed(verb, group: group, resource: resource)
                let name = group.isEmpty ? resource : "\(resource).\(group)"
                findings.append(
                    Finding(
                        name: "permission",
                        isGood: isAllowed,
                        detail: "\(verb) \(name) is \(isAllowed ? "" : "not ")allowed"
                    )
                )
            }
            await api.shutDown()
            return findings
        } catch { return [Finding(name: "API server", isGood: false, detail: "\(error)")] }
    }

    private func stateFindings() async -> [Finding] {
        let path = configuration.stateDirectory
        do throws(StateError) {
            guard let bytes = try StateDirectory.contents(of: "\(path)/\(BundleFollower.file)") else {
                return [Finding(name: "state", isGood: true, detail: "\(path): not enrolled yet")]
            }
            guard let payload = StateFile.decode(bytes), let trust = try? TrustedState(restoring: payload) else {
                return [Finding(name: "state", isGood: false, detail: "\(path): the trusted metadata is damaged")]
            }
            let isFresh = trust.expires > UnixTime.now().seconds
            let generation = trust.targets?.content.version ?? 0
            return [
                Finding(
                    name: "trust",
                    isGood: isFresh,
                    detail: "cluster \(trust.cluster?.name ?? "?"), root \(trust.root.content.version), generation "
                        + "\(generation), \(isFresh ? "expires" : "EXPIRED") at \(UnixTime(seconds: trust.expires))"
                )
            ]
        } catch { return [Finding(name: "state", isGood: false, detail: "\(error)")] }
    }
}

/// The `Date` field of HTTP.
enum HTTPDate {
    /// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`; `nil` for another form.
    static func seconds(_ text: String) -> Int64? {
        let parts = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 6, let month = months.firstIndex(of: String(parts[2])) else { return nil }
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return UnixTime(rfc3339: "\(parts[3])-\(padded(month + 1))-\(parts[1])T\(parts[4])Z")?.seconds
    }
}
