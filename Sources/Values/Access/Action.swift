/// Everything that the API lets people and machines do; what nobody may name here has no route.
package enum Action: String, CaseIterable, Hashable, Sendable {
    // Values
    case readDocuments
    case commitDocuments
    case importDocuments
    case planChanges
    case tryPlans
    case readRevisions
    case tagRevisions
    case readDrafts
    case changeDrafts

    // Clusters
    case listClusters
    case showCluster
    case readClusterValues
    case readClusterObjects
    case readStatus
    case readGroups
    case readPlacements
    case addCluster
    case editCluster
    case removeCluster
    case issueClusterToken
    case installCluster
    case approveCluster
    case revokeCluster
    case rotateClusterKey
    case pauseCluster
    case resumeCluster
    case setDriftMode
    case confirmDeletions

    // Rollouts
    case readRollouts
    case startRollout
    case steerRollout
    case setRolloutPolicy

    // Events
    case readEvents
    case readWebhooks
    case changeWebhooks

    // Git
    case readGit
    case changeGit

    // Trust and secrets
    case readTrust
    case rotateTrust
    case signRoot
    case publishRoot
    case readTeamContent
    case signTeamContent
    case readSecretKeys
    case rotateSecrets

    // Recovery
    case readRecovery
    case finishRecovery

    // People
    case readOwnAccount
    case changeOwnAccount
    case readPeople
    case changePeople
    case changeGrants
    case readTokens
    case changeTokens
    case readPermissions

    // Audit
    case readAudit
    case readSecurityEvents
    case verifyAudit

    /// For whose eyes and hands the action is, by role.
    package var rule: AccessRule {
        switch self {
        case .readDocuments, .readRevisions, .readDrafts, .listClusters, .showCluster, .readClusterValues,
            .readClusterObjects,
            .readStatus:
            AccessRule(auditor: .allowed, teamAdmin: .part, teamMember: .part)
        case .planChanges: AccessRule(auditor: .allowed, teamAdmin: .part, teamMember: .part)
        case .commitDocuments, .changeDrafts:
            AccessRule(auditor: .refused, teamAdmin: .ownTeam, teamMember: .ownTeam)
        case .importDocuments, .tryPlans, .tagRevisions, .addCluster, .editCluster, .removeCluster, .issueClusterToken,
            .installCluster, .approveCluster,
            .revokeCluster, .rotateClusterKey, .pauseCluster, .resumeCluster, .setDriftMode, .confirmDeletions,
            .startRollout, .steerRollout, .setRolloutPolicy,
            .rotateTrust, .signRoot, .publishRoot, .changeGit, .rotateSecrets, .finishRecovery, .changePeople:
            AccessRule(auditor: .refused, teamAdmin: .refused, teamMember: .refused)
        case .readRollouts, .readTrust, .readSecretKeys, .readRecovery, .readAudit,
            .verifyAudit, .readSecurityEvents:
            AccessRule(auditor: .allowed, teamAdmin: .refused, teamMember: .refused)
        case .readGroups: AccessRule(auditor: .allowed, teamAdmin: .refused, teamMember: .refused)
        case .readPlacements: AccessRule(auditor: .allowed, teamAdmin: .ownTeam, teamMember: .ownTeam)
        case .readEvents: AccessRule(auditor: .allowed, teamAdmin: .part, teamMember: .part)
        case .readWebhooks: AccessRule(auditor: .allowed, teamAdmin: .refused, teamMember: .refused)
        case .changeWebhooks: AccessRule(auditor: .refused, teamAdmin: .refused, teamMember: .refused)
        case .readGit: AccessRule(auditor: .allowed, teamAdmin: .refused, teamMember: .refused)
        case .readTeamContent: AccessRule(auditor: .allowed, teamAdmin: .ownTeam, teamMember: .ownTeam)
        case .signTeamContent: AccessRule(auditor: .refused, teamAdmin: .ownTeam, teamMember: .refused)
        case .readPeople: AccessRule(auditor: .allowed, teamAdmin: .part, teamMember: .refused)
        case .readTokens: AccessRule(auditor: .allowed, teamAdmin: .part, teamMember: .part)
        // Of their own; what a token allows is at most what they may do.
        case .changeTokens: AccessRule(auditor: .part, teamAdmin: .part, teamMember: .part)
        case .changeGrants: AccessRule(auditor: .refused, teamAdmin: .ownTeam, teamMember: .refused)
        case .readOwnAccount, .changeOwnAccount, .readPermissions:
            AccessRule(auditor: .allowed, teamAdmin: .allowed, teamMember: .allowed, isForEverybody: true)
        }
    }

    /// Whether the database itself shows a team's people no rows but their teams' while this is done.
    ///
    /// Where it does not, the code that answers chooses what concerns them: who lives on which cluster is no matter of rows.
    package var isBoundByRows: Bool {
        switch self {
        case .readDocuments, .commitDocuments, .readRevisions, .readDrafts, .changeDrafts: true
        default: false
        }
    }

    /// What it is, for people: `'alice' may not …`.
    package var sentence: String {
        switch self {
        case .readDocuments: "read documents"
        case .commitDocuments: "change documents"
        case .importDocuments: "import a repository"
        case .planChanges: "preview a change"
        case .tryPlans: "have agents try a change"
        case .readRevisions: "read the history"
        case .tagRevisions: "tag revisions"
        case .readDrafts: "read drafts"
        case .changeDrafts: "change drafts"
        case .listClusters: "list clusters"
        case .showCluster: "look at a cluster"
        case .readClusterValues: "read a cluster's values"
        case .readClusterObjects: "read a cluster's objects"
        case .readStatus: "see the fleet's status"
        case .readGroups: "see groups of clusters"
        case .readPlacements: "see where things run"
        case .addCluster: "add a cluster"
        case .editCluster: "change what is known of a cluster"
        case .removeCluster: "remove a cluster"
        case .issueClusterToken: "make a token for a cluster's agent"
        case .installCluster: "install a cluster's agent"
        case .approveCluster: "approve a cluster's agent"
        case .revokeCluster: "revoke a cluster"
        case .rotateClusterKey: "have a cluster's agent make new keys"
        case .pauseCluster: "pause a cluster"
        case .resumeCluster: "resume a cluster"
        case .setDriftMode: "set a cluster's drift mode"
        case .confirmDeletions: "confirm deletions on a cluster"
        case .readRollouts: "see rollouts"
        case .startRollout: "start a rollout"
        case .steerRollout: "steer a rollout"
        case .setRolloutPolicy: "set the rollout policy"
        case .readEvents: "read the events"
        case .readWebhooks: "see webhooks"
        case .changeWebhooks: "change webhooks"
        case .readGit: "see the Git mirror"
        case .changeGit: "set up the Git mirror"
        case .readTrust: "see the fleet's trust"
        case .rotateTrust: "rotate the fleet's keys"
        case .signRoot: "sign the fleet's root"
        case .publishRoot: "publish a root"
        case .readTeamContent: "see what a team signs"
        case .signTeamContent: "sign a team's layers"
        case .readSecretKeys: "see the keys that seal secrets"
        case .rotateSecrets: "rotate the keys that seal secrets"
        case .readRecovery: "see how far the fleet is ahead of a restored database"
        case .finishRecovery: "decide what is issued after a restored backup"
        case .readOwnAccount: "see their own account"
        case .changeOwnAccount: "change their own account"
        case .readPeople: "see who has access"
        case .changePeople: "add and remove people"
        case .changeGrants: "give and take roles"
        case .readTokens: "list API tokens"
        case .changeTokens: "make and revoke API tokens"
        case .readPermissions: "see what they may do"
        case .readSecurityEvents: "see security events"
        case .readAudit: "read the audit log"
        case .verifyAudit: "verify the audit log"
        }
    }
}
