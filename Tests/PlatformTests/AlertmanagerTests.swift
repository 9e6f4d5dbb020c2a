import Foundation
import JSON
import Testing
import Values

@testable import Platform

@Suite struct AlertmanagerTests {
    private static let everything: JSONValue = [
        "receivers": ["slack", "msteams", "opsgenie", "email"],
        "groupInterval": "10m",
        "repeatInterval": "1d",
        "slack": ["url": "https://hooks.example.com/team", "channel": "team", "channelCrit": "#team-crit"],
        "msteams": ["lowPrio": "https://teams.example.com/low", "highPrio": "https://teams.example.com/high"],
        "opsgenie": [
            "apiKey": "key", "url": "https://api.eu.opsgenie.com",
            "responders": [["type": "team", "name": "shop"], ["type": "user", "username": "ann@example.org"]],
        ],
        "email": ["critical": "a@example.org, b@example.org", "nonCritical": "c@example.org"],
    ]
    private static let smtp: JSONValue = [
        "smarthost": "mail.example.org:587", "auth_username": "otomi", "auth_password": "s3cr3t",
    ]

    private static func tree(_ alerts: JSONValue, settings: JSONValue = [:], provider: String = "aws") -> JSONValue {
        Trees.monitoredTeam(
            ["alerts": alerts],
            settings: settings,
            cluster: Trees.cluster.merging(["provider": .string(provider)])
        )
    }

    /// What the Secret `name` of the compilation holds.
    private static func configuration(_ tree: JSONValue, _ name: String = "team-alertmanager") throws -> JSONValue {
        let secret = try #require(Compilation(of: tree).object(.secret, name))
        let data = try #require(secret["data"]?["alertmanager.yaml"]?.stringValue.flatMap { Data(base64Encoded: $0) })
        return try JSONValue(parsing: Array(data))
    }

    @Test func `every receiver in every level is a configuration that Alertmanager takes`() throws {
        let tree = Self.tree(
            Self.everything,
            settings: ["smtp": Self.smtp, "otomi": ["isHomeMonitored": true], "home": Self.everything]
        )
        #expect(Compilation(of: tree).faults == [])
        let configuration = try Self.configuration(tree)
        _ = try PrometheusTools.checkAlertmanager(configuration)
        try Golden.expect([configuration], equal: "alertmanager-configuration")
    }

    @Test func `a configuration that Alertmanager does not take fails the test that shows it`() throws {
        #expect(throws: PrometheusTools.Refusal.self) {
            try PrometheusTools.checkAlertmanager(["route": ["receiver": "nobody"], "receivers": []])
        }
    }

    @Test(arguments: ["slack", "msteams", "opsgenie", "email"], [false, true])
    func `each receiver alone is a configuration that Alertmanager takes`(receiver: String, isHome: Bool) throws {
        let alerts = Self.everything.merging(["receivers": [.string(receiver)]])
        let settings: JSONValue =
            isHome
            ? ["smtp": Self.smtp, "otomi": ["isHomeMonitored": true], "home": alerts] : ["smtp": Self.smtp]
        let configuration = try Self.configuration(Self.tree(isHome ? [:] : alerts, settings: settings))
        _ = try PrometheusTools.checkAlertmanager(configuration)
    }

    @Test(
        arguments: [
            (["alertname": "Any"], false, false, ["default"]),
            (["alertname": "Any", "severity": "warning"], true, false, ["default"]),
            (["alertname": "Any", "severity": "critical"], false, false, ["critical"]),
            (["alertname": "Any", "severity": "critical"], true, false, ["critical-home", "critical"]),
            (["alertname": "Watchdog", "severity": "critical"], true, false, ["null"]),
            (["alertname": "CPUThrottlingHigh"], false, false, ["null"]),
            (["alertname": "KubeAPILatencyHigh"], false, false, ["default"]),
            (["alertname": "KubeAPILatencyHigh"], false, true, ["null"]),
        ] as [([String: String], Bool, Bool, [String])]
    )
    func `an alert goes where it belongs`(
        labels: [String: String],
        isHome: Bool,
        isAzure: Bool,
        receivers: [String]
    ) throws {
        let settings: JSONValue = [
            "smtp": Self.smtp, "otomi": ["isHomeMonitored": .bool(isHome)], "home": Self.everything,
        ]
        let tree = Self.tree(Self.everything, settings: settings, provider: isAzure ? "azure" : "aws")
        #expect(try PrometheusTools.receivers(of: labels, by: try Self.configuration(tree)) == receivers)
    }

    /// Who says a field, and whose value holds: the team's, else the platform's, else the one that is built in.
    @Test(
        arguments: ["team", "platform", "nobody"],
        [
            ("channel", "mon-otomi"), ("groupInterval", "5m"), ("repeatInterval", "3h"),
        ]
    )
    func `the team's value holds, else the platform's, else the built-in one`(
        said: String,
        field: (name: String, builtIn: String)
    ) throws {
        let values = ["channel": ("t", "p"), "groupInterval": ("1m", "2m"), "repeatInterval": ("1h", "2h")]
        let (ofTeam, ofPlatform) = try #require(values[field.name])
        func alerts(_ value: String?) -> JSONValue {
            var alerts: JSONValue = ["receivers": ["slack"], "slack": ["url": "https://hooks.example.com/a"]]
            guard let value else { return alerts }
            if field.name == "channel" {
                alerts = alerts.merging(["slack": ["channel": .string(value)]])
            } else {
                alerts[field.name] = .string(value)
            }
            return alerts
        }
        let documents = [
            Document(
                id: DocumentID(kind: .settings, name: "alerts"),
                spec: alerts(said == "nobody" ? nil : ofPlatform)
            ),
            Document(
                id: DocumentID(kind: .team, name: "demo"),
                spec: ["alerts": said == "team" ? alerts(ofTeam) : [:]]
            ),
        ]
        let values2 = EffectiveValues(
            cluster: ClusterIdentity(name: "one", provider: "aws", region: "eu"),
            documents: documents.map { StoredDocument(document: $0, revision: 1, author: "tester") }
        )
        let route = try Self.configuration(values2.tree)
        let expected = said == "team" ? ofTeam : said == "platform" ? ofPlatform : field.builtIn
        switch field.name {
        case "channel":
            let slack = route["receivers"]?.arrayValue?.first { $0["name"] == "default" }?["slack_configs"]?[0]
            #expect(slack?["channel"]?.stringValue == "#\(expected)")
        case "groupInterval": #expect(route["route"]?["group_interval"]?.stringValue == expected)
        default: #expect(route["route"]?["repeat_interval"]?.stringValue == expected)
        }
    }

    @Test func `a critical alert goes where the others go when it has no place of its own`() throws {
        let alerts: JSONValue = ["receivers": ["email"], "email": ["nonCritical": "all@example.org"]]
        let configuration = try Self.configuration(Self.tree(alerts, settings: ["smtp": Self.smtp]))
        let critical = configuration["receivers"]?.arrayValue?.first { $0["name"] == "critical" }
        #expect(critical?["email_configs"]?[0]?["to"] == "all@example.org")
    }

    @Test func `titles name the cluster by owner, provider and name in lower case`() throws {
        let cluster: JSONValue = ["owner": "ACME", "name": "Demo", "provider": "aws", "domainSuffix": "d.example"]
        let tree = Trees.monitoredTeam(["alerts": Self.everything], settings: ["smtp": Self.smtp], cluster: cluster)
        let slack = try Self.configuration(tree)["receivers"]?[1]?["slack_configs"]?[0]
        #expect(slack?["title"]?.stringValue?.contains(" {{ .CommonLabels.cluster }}: ") == true)
        #expect(Compilation(of: tree).object(.configMap, "otomi-cluster")?["data"] == ["title": "acme/aws/demo"])
    }

    @Test(arguments: ["a", "{a}", "{{ .Status }}", "{{{", "{{", "{", "a{{b}}c{{d}}", ""])
    func `no text of a person's is read as a template`(text: String) throws {
        let literal = GoTemplate.literal(text)
        // What Go makes of it: an action with a quoted text yields that text.
        #expect(
            literal.split(separator: #"{{"{{"}}"#, omittingEmptySubsequences: false).joined(separator: "{{") == text
        )
        let pieces = literal.components(separatedBy: #"{{"{{"}}"#)
        #expect(pieces.allSatisfy { !$0.contains("{{") })
        var alerts = Self.everything.merging(["slack": ["channel": .string(text)]])
        alerts["receivers"] = ["slack"]
        _ = try PrometheusTools.checkAlertmanager(try Self.configuration(Self.tree(alerts)))
    }

    @Test(
        arguments: [
            ([:], [:], false), (["receivers": []], [:], false), (["receivers": ["none"]], [:], false),
            (["receivers": ["slack"], "slack": ["url": "https://h.example.com"]], [:], true),
            ([:], ["otomi": ["isHomeMonitored": true], "home": everything, "smtp": smtp], true),
            ([:], ["otomi": ["isHomeMonitored": false], "home": everything, "smtp": smtp], false),
            (
                ["receivers": ["none"]],
                ["otomi": ["isHomeMonitored": true], "home": ["receivers": ["none"]]], false
            ),
        ] as [(JSONValue, JSONValue, Bool)]
    )
    func `there is an Alertmanager where somebody is notified`(
        alerts: JSONValue,
        settings: JSONValue,
        expected: Bool
    ) {
        let compilation = Compilation(of: Self.tree(alerts, settings: settings))
        #expect(compilation.objects(.alertmanager).count == (expected ? 1 : 0))
        #expect((compilation.object(.secret, "team-alertmanager") != nil) == expected)
        let alerting = compilation.object(.prometheus, "team")?["spec"]?["alerting"]
        #expect((alerting != nil) == expected)
    }

    @Test func `web hooks and passwords are in the confidential layer only`() {
        let tree = Self.tree(Self.everything, settings: ["smtp": Self.smtp])
        for layer in Compilation(of: tree).layers where !layer.isConfidential {
            for object in layer.objects {
                for secret in ["hooks.example.com", "teams.example.com", "s3cr3t", "a@example.org"] {
                    #expect(!object.compactText.contains(secret))
                }
            }
        }
    }

    @Test func `without their secrets the values make the same Alertmanager and no configuration`() {
        let sealed = Self.everything.merging([
            "slack": ["url": ["$secret": "1"]], "opsgenie": ["apiKey": ["$secret": "2"]],
        ])
        let revealed = Compilation(of: Self.tree(Self.everything, settings: ["smtp": Self.smtp]))
        let hidden = Compilation(of: Self.tree(sealed, settings: ["smtp": Self.smtp]))
        #expect(hidden.layers.filter { !$0.isConfidential } == revealed.layers.filter { !$0.isConfidential })
        #expect(hidden.object(.secret, "team-alertmanager") == nil)
        #expect(hidden.faults == [])
    }

    @Test func `the platform's Alertmanager gets a configuration of the same make`() throws {
        let settings: JSONValue = ["alerts": Self.everything, "smtp": Self.smtp]
        let tree: JSONValue = ["cluster": Trees.cluster, "settings": settings]
        let configuration = try Self.configuration(tree, PlatformBuilder.alertmanagerSecretName)
        _ = try PrometheusTools.checkAlertmanager(configuration)
        let hook = configuration["receivers"]?[1]?["webhook_configs"]?[0]?["url"]
        #expect(hook == "http://prometheus-msteams.monitoring.svc:2000/low_priority_channel")
        #expect(Compilation(of: ["cluster": Trees.cluster]).object(.secret, "otomi-alertmanager") == nil)
    }

    @Test func `the relay to Microsoft Teams runs where somebody reads it, which it never did`() throws {
        let used = Compilation(of: Self.tree(Self.everything, settings: ["smtp": Self.smtp]))
        try Golden.expect(
            [try #require(used.object(.helmRelease, "team-demo.prometheus-msteams"))],
            equal: "monitoring-relay"
        )
        let secret = try #require(used.object(.secret, "team-demo.prometheus-msteams"))
        let data = try #require(secret["data"]?["values.yaml"]?.stringValue.flatMap { Data(base64Encoded: $0) })
        #expect(
            try JSONValue(parsing: Array(data)) == [
                "connectors": [
                    ["low_priority_channel": "https://teams.example.com/low"],
                    ["high_priority_channel": "https://teams.example.com/high"],
                ]
            ]
        )
        let unused = Self.everything.merging(["receivers": ["slack"]])
        #expect(Compilation(of: Self.tree(unused)).object(.helmRelease, "team-demo.prometheus-msteams") == nil)
    }
}
