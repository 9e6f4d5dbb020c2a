/// The schema's history, in order.
package enum Migrations {
    /// One file: its number, what it does, its text.
    package struct Step: Sendable {
        package let version: Int
        package let name: String
        package let sql: String
    }

    package static let all: [Step] = [
        step(1, "hub", PackageResources.V0001_hub_sql),
        step(2, "directives", PackageResources.V0002_directives_sql),
        step(3, "object states", PackageResources.V0003_object_states_sql),
        step(4, "installations", PackageResources.V0004_installations_sql),
        step(5, "root draft", PackageResources.V0005_root_draft_sql),
        step(6, "identity", PackageResources.V0006_identity_sql),
        step(7, "secret keys", PackageResources.V0007_secret_keys_sql),
        step(8, "people", PackageResources.V0008_people_sql),
        step(9, "sign-on", PackageResources.V0009_sign_on_sql),
        step(10, "row level security", PackageResources.V0010_row_level_security_sql),
        step(11, "audit", PackageResources.V0011_audit_sql),
        step(12, "team content", PackageResources.V0012_team_content_sql),
        step(13, "events", PackageResources.V0013_events_sql),
        step(14, "rollouts", PackageResources.V0014_rollouts_sql),
        step(15, "clusters", PackageResources.V0015_clusters_sql),
        step(16, "drafts", PackageResources.V0016_drafts_sql),
        step(17, "plans", PackageResources.V0017_plans_sql),
        step(18, "git", PackageResources.V0018_git_sql),
        step(19, "recovery", PackageResources.V0019_recovery_sql),
        step(20, "webhooks", PackageResources.V0020_webhooks_sql),
        step(21, "standings", PackageResources.V0021_standings_sql),
        step(22, "bundle layers", PackageResources.V0022_bundle_layers_sql),
        step(23, "compression", PackageResources.V0023_compression_sql),
        step(24, "objects agreed", PackageResources.V0024_objects_agreed_sql),
    ]

    private static func step(_ version: Int, _ name: String, _ bytes: [UInt8]) -> Step {
        Step(version: version, name: name, sql: String(decoding: bytes, as: UTF8.self))
    }
}
