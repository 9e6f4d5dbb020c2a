import JSON

extension TeamBuilder {
    /// The release, and the Service that leads to it.
    static let grafanaName = "team-grafana"

    /// The team's dashboards, over its own metrics and logs.
    var grafana: Manifest? {
        release(
            .grafana,
            as: Self.grafanaName,
            values: dataSourcesValues.merging([
                "fullnameOverride": .string(Self.grafanaName),
                "replicas": 1,
                "rbac": ["create": false],
                "serviceAccount": ["automountServiceAccountToken": false],
                "automountServiceAccountToken": false,
                "testFramework": ["enabled": false],
                "sidecar": ["dashboards": ["enabled": false], "datasources": ["enabled": false]],
                "env": ["GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION": "true"],
                "podLabels": Self.outgoingLabels.json,
                "securityContext": ["runAsNonRoot": true, "runAsUser": 472, "runAsGroup": 472, "fsGroup": 472],
                "resources": [
                    "requests": ["cpu": "20m", "memory": "96Mi"], "limits": ["cpu": "250m", "memory": "256Mi"],
                ],
                "grafana.ini": grafanaSettings,
            ])
        )
    }

    /// People are who their token says: the platform's sign-in passes it on, and Grafana checks its signature.
    ///
    /// A header with a bare name would be as good as any that another pod sends.
    private var grafanaSettings: JSONValue {
        let role = "contains(groups[*], 'admin') && 'Admin' || contains(groups[*], 'team-admin') && 'Admin' || 'Editor'"
        return .members([
            "server": JSONValue.members(["root_url": monitoringURL("grafana"), "serve_from_sub_path": true]),
            "analytics": ["check_for_updates": false, "reporting_enabled": false],
            "users": ["allow_sign_up": false, "auto_assign_org": true, "auto_assign_org_role": "Editor"] as JSONValue,
            "auth": ["disable_login_form": true],
            "auth.basic": ["enabled": false],
            "auth.jwt": cluster.signOn.map { provider in
                JSONValue.members([
                    "enabled": true,
                    "header_name": "Authorization",
                    "username_claim": "preferred_username",
                    "email_claim": "email",
                    "auto_sign_up": true,
                    "jwk_set_url": provider.keys,
                    // A certificate of the cluster's own authority cannot be checked by a stranger to it.
                    "tls_skip_verify_insecure": cluster.issuer == "letsencrypt-production" ? nil : true,
                    "role_attribute_path": role,
                ])
            },
        ])
    }
}
