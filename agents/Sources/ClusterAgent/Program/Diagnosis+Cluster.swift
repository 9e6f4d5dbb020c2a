import Concurrency
import Kubernetes

extension Diagnosis {
    private static let configMap = GroupVersionKind(version: "v1", kind: "ConfigMap")

    /// Whether the API server answers and lets the agent do its work, and what it keeps for the agent.
    func clusterFindings() async -> [Finding] {
        do throws(KubernetesError) {
            // One attempt each: a person waits for the answer.
            let client = try KubernetesClient(configuration.cluster)
            let findings = await clusterFindings(client)
            await client.shutDown()
            return findings
        } catch { return [Finding("API server", .fail, "\(error)")] }
    }

    private func clusterFindings(_ client: KubernetesClient) async -> [Finding] {
        var client = client
        client.timeout = Self.patience
        let started = environment.now()
        var findings: [Finding] = []
        do throws(KubernetesError) {
            let version = try await client.version()
            let latency = (environment.now() - started).wholeMilliseconds
            findings.append(
                Finding("API server", .ok, "\(configuration.cluster.server) runs \(version), answered in \(latency) ms")
            )
        } catch {
            return [Finding("API server", .fail, "\(configuration.cluster.server): \(error)")]
        }
        findings.append(await identityFinding(client))
        findings += await rightFindings(client)
        findings.append(await inventoryFinding(client))
        findings.append(await holdFinding(client))
        return findings
    }

    /// Whether this is the cluster that was enrolled.
    private func identityFinding(_ client: KubernetesClient) async -> Finding {
        do throws(KubernetesError) {
            let found = try await client.get(GroupVersionKind(version: "v1", kind: "Namespace"), name: "kube-system")
            guard let known = state.identity?.enrolment?.clusterUID, known != found.uid else {
                return Finding("cluster", .ok, "its uid is \(found.uid ?? "")")
            }
            return Finding(
                "cluster",
                .fail,
                "its uid is \(found.uid ?? ""), \(known) was enrolled; check --kubeconfig, --context and --state-dir"
            )
        } catch { return Finding("cluster", .fail, "it cannot be identified: \(error)") }
    }

    // MARK: - Rights

    private func rightFindings(_ client: KubernetesClient) async -> [Finding] {
        await withTaskGroup(of: (Int, Finding).self) { group in
            for (index, right) in NeededRight.all.enumerated() {
                group.addTask { (index, await Self.finding(of: right, client)) }
            }
            var findings: [(Int, Finding)] = []
            for await finding in group { findings.append(finding) }
            return findings.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    static func finding(of right: NeededRight, _ client: KubernetesClient) async -> Finding {
        var missing: [String] = []
        let place = right.namespace.map { " in namespace \($0)" } ?? ""
        do throws(KubernetesError) {
            for verb in right.verbs {
                let isAllowed = try await client.isAllowed(
                    verb,
                    group: right.group,
                    resource: right.resource,
                    namespace: right.namespace,
                    name: right.object
                )
                if !isAllowed { missing.append(verb) }
            }
        } catch { return Finding("permission", .fail, "\(right.name)\(place) cannot be asked about: \(error)") }
        guard !missing.isEmpty else {
            return Finding("permission", .ok, "\(right.verbs.joined(separator: ", ")) \(right.name)\(place)")
        }
        let text = "\(missing.joined(separator: ", ")) \(right.name)\(place) is not allowed"
        return Finding("permission", right.loss == nil ? .fail : .warn, right.loss.map { "\(text): \($0)" } ?? text)
    }

    // MARK: - What the agent keeps on the cluster

    private func inventoryFinding(_ client: KubernetesClient) async -> Finding {
        let chunks = ListOptions(labelSelector: LabelSelector([.exists(AgentSet.chunkLabel)]), metadataOnly: true)
        do {
            let count = try await client.list(Self.configMap, namespace: AgentSet.namespace, chunks).objects.count
            guard count > 0 else { return Finding("inventory", .ok, "there is none yet") }
            let book = try await ClusterAPI(configuration.cluster, environment: environment).readInventory().book
            return Finding("inventory", .ok, "\(book.entries.count) objects in \(count) chunks")
        } catch { return Finding("inventory", .fail, "it cannot be read: \(error)") }
    }

    /// What the people of the cluster asked of the agent.
    private func holdFinding(_ client: KubernetesClient) async -> Finding {
        do throws(KubernetesError) {
            let settings = try await client.find(
                Self.configMap,
                namespace: AgentSet.namespace,
                name: AgentSet.settingsName
            )
            let wishes = [Annotation.hold, Annotation.drift].compactMap { name in
                settings?.annotations[name].map { "\(name): \($0)" }
            }
            guard !wishes.isEmpty else { return Finding("hold", .ok, "nobody on the cluster holds the agent back") }
            return Finding(
                "hold",
                .warn,
                "ConfigMap \(AgentSet.namespace)/\(AgentSet.settingsName) says \(wishes.joined(separator: ", "))"
            )
        } catch { return Finding("hold", .warn, "the agent's settings cannot be read: \(error)") }
    }
}
