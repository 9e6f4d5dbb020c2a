/// Every path of the hub's API for people and machines.
///
/// The raw value is the template that the server routes by and that OpenAPI shows; ``path(_:query:)`` fills it in for a
/// client, so that the two cannot drift apart.
package enum Route: String, CaseIterable, Sendable {
    case clusters = "/api/v1/clusters"
    case cluster = "/api/v1/clusters/{name}"
    case clusterToken = "/api/v1/clusters/{name}/token"
    case clusterInstallation = "/api/v1/clusters/{name}/installation"
    case clusterValues = "/api/v1/clusters/{name}/values"
    case clusterExplain = "/api/v1/clusters/{name}/explain"
    case clusterObjects = "/api/v1/clusters/{name}/objects"
    case clusterHold = "/api/v1/clusters/{name}/hold"
    case clusterDrift = "/api/v1/clusters/{name}/drift"
    case clusterConfirmation = "/api/v1/clusters/{name}/confirmation"
    case clusterApproval = "/api/v1/clusters/{name}/approval"
    case clusterRevocation = "/api/v1/clusters/{name}/revocation"
    case clusterRotation = "/api/v1/clusters/{name}/rotation"
    case clusterGenerations = "/api/v1/clusters/{name}/generations"
    case groups = "/api/v1/groups"
    case group = "/api/v1/groups/{name}"
    case placements = "/api/v1/placements"
    case clusterObjectStates = "/api/v1/clusters/{name}/object-states"
    case securityEvents = "/api/v1/security-events"
    case documents = "/api/v1/documents"
    case commits = "/api/v1/commits"
    case imports = "/api/v1/imports"
    case plans = "/api/v1/plans"
    case plan = "/api/v1/plans/{id}"
    case revisions = "/api/v1/revisions"
    case revision = "/api/v1/revisions/{number}"
    case revisionDiff = "/api/v1/revisions/{number}/diff"
    case revisionTags = "/api/v1/revisions/{number}/tags"
    case revisionTag = "/api/v1/revisions/{number}/tags/{tag}"
    case revisionRestoration = "/api/v1/revisions/{number}/restoration"
    case revisionReversal = "/api/v1/revisions/{number}/reversal"
    case tags = "/api/v1/tags"
    case drafts = "/api/v1/drafts"
    case draft = "/api/v1/drafts/{name}"
    case draftCommit = "/api/v1/drafts/{name}/commit"
    case draftRebase = "/api/v1/drafts/{name}/rebase"
    case rollouts = "/api/v1/rollouts"
    case rollout = "/api/v1/rollouts/{number}"
    case rolloutAction = "/api/v1/rollouts/{number}/action"
    case rolloutPolicy = "/api/v1/rollout-policy"
    case git = "/api/v1/git"
    case gitSync = "/api/v1/git/sync"
    case gitPushes = "/api/v1/git/pushes"
    case gitPush = "/api/v1/git/pushes/{commit}"
    case trust = "/api/v1/trust"
    case trustDraft = "/api/v1/trust/draft"
    case trustSignatures = "/api/v1/trust/draft/signatures"
    case teamContent = "/api/v1/trust/content/{name}"
    case teamContentSignatures = "/api/v1/trust/content/{name}/signatures"
    case teamContentLayer = "/api/v1/trust/content/{name}/layers/{digest}"
    case status = "/api/v1/status"
    case events = "/api/v1/events"
    case webhooks = "/api/v1/webhooks"
    case webhook = "/api/v1/webhooks/{name}"
    case webhookDeliveries = "/api/v1/webhooks/{name}/deliveries"
    case recovery = "/api/v1/recovery"
    case recoveryFinish = "/api/v1/recovery/finish"
    case recoveryRoots = "/api/v1/recovery/roots"
    case recoveryClusters = "/api/v1/recovery/clusters"
    case recoveryCluster = "/api/v1/recovery/clusters/{name}"
    case dataKeys = "/api/v1/secrets/keys"
    case session = "/api/v1/session"
    case password = "/api/v1/password"
    case tokens = "/api/v1/tokens"
    case token = "/api/v1/tokens/{name}"
    case people = "/api/v1/people"
    case person = "/api/v1/people/{name}"
    case personCode = "/api/v1/people/{name}/password-code"
    case personDisabled = "/api/v1/people/{name}/disabled"
    case personGrants = "/api/v1/people/{name}/grants"
    case permissions = "/api/v1/permissions"
    case audit = "/api/v1/audit"
    case auditVerification = "/api/v1/audit/verification"

    /// The names of the template's parameters, in their order.
    package var parameters: [String] {
        rawValue.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    /// The path with its parameters filled in, percent-encoded, and the query items that have a value.
    package func path(_ values: String..., query: [(name: String, value: String?)] = []) -> String {
        var remaining = values[...]
        let segments = rawValue.split(separator: "/").map { segment in
            guard segment.hasPrefix("{"), let value = remaining.popFirst() else { return String(segment) }
            return PercentEncoding.encode(value)
        }
        let items = query.compactMap { item in item.value.map { "\(item.name)=\(PercentEncoding.encode($0))" } }
        return "/" + segments.joined(separator: "/") + (items.isEmpty ? "" : "?" + items.joined(separator: "&"))
    }
}
