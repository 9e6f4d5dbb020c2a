import Foundation
import JSON
import Testing

@testable import Platform

@Suite struct MonitoringTests {
    private static let services: JSONValue = [
        "shop": ["exposure": ["type": "public", "paths": ["/shop", "/cart"]]],
        "inner": ["exposure": ["type": "private"]],
        "cluster": ["exposure": ["type": "cluster"]],
        "sleepy": ["container": Trees.container.merging(["scaleToZero": true]), "exposure": ["type": "public"]],
        "one": ["exposure": ["domain": "www.shop.example", "paths": ["/one"]]],
        "two": ["exposure": ["domain": "www.shop.example", "paths": ["/two"]]],
    ]
    private static let alerts: JSONValue = ["receivers": ["slack"], "slack": ["url": "https://hooks.example.com/a"]]

    private static func rules(_ tree: JSONValue) throws -> JSONValue {
        let rules = try #require(Compilation(of: tree).object(.prometheusRule, "team"))
        return try #require(rules["spec"])
    }

    @Test func `a team gets Prometheus, Alertmanager, Grafana, probes and rules`() throws {
        let compilation = Compilation(of: Trees.monitoredTeam(["alerts": Self.alerts], services: Self.services))
        #expect(compilation.faults.isEmpty)
        try Golden.expect(
            compilation.objects(.role, .prometheus, .alertmanager, .prometheusRule, .probe, .helmRelease)
                + compilation.objects(.serviceAccount, .roleBinding).filter {
                    $0["metadata"]?["name"] == "team-prometheus"
                },
            equal: "monitoring"
        )
    }

    @Test(
        arguments: [
            (["monitoringStack": ["enabled": false]], [:]), ([:], ["otomi": ["isMultitenant": false]]),
        ] as [(JSONValue, JSONValue)]
    )
    func `where monitoring is off nothing of it is there`(spec: JSONValue, settings: JSONValue) {
        let tree = Trees.monitoredTeam(
            spec.merging(["alerts": Self.alerts, "password": "p"]),
            services: Self.services,
            settings: settings
        )
        let compilation = Compilation(of: tree)
        #expect(
            compilation.objects(.role, .prometheus, .alertmanager, .prometheusRule, .probe, .helmRelease, .secret)
                .isEmpty
        )
        #expect(compilation.object(.serviceAccount, "team-prometheus") == nil)
        #expect(compilation.object(.sidecar, "monitoring") == nil)
        #expect(compilation.objects(.networkPolicy).count == 2)
    }

    @Test func `the team's Prometheus looks into no other namespace`() throws {
        let compilation = Compilation(of: Trees.monitoredTeam())
        let spec = try #require(compilation.object(.prometheus, "team")?["spec"])
        for kind in ["serviceMonitor", "podMonitor", "probe", "rule"] {
            #expect(spec["\(kind)Selector"] == ["matchLabels": ["prometheus": "team-demo"]])
            // Absent is the namespace of the Prometheus; an empty one would be all of them.
            #expect(spec["\(kind)NamespaceSelector"] == nil)
        }
        #expect(spec["enableAdminAPI"] == false)
        #expect(compilation.teamObjects(.clusterRole, .clusterRoleBinding).isEmpty)
    }

    @Test func `the layer of a monitored team is the same on all clusters, and its alerts name each`() throws {
        func compilation(_ name: String) -> Compilation {
            let cluster = Trees.cluster.merging(["name": .string(name), "provider": "azure", "owner": "acme"])
            return Compilation(
                of: Trees.monitoredTeam(["alerts": Self.alerts], services: Self.services, cluster: cluster)
            )
        }
        let one = compilation("one")
        let two = compilation("two")
        #expect(one.layers.filter { $0.name != "cluster" } == two.layers.filter { $0.name != "cluster" })
        #expect(one.object(.configMap, "otomi-cluster")?["data"] == ["title": "acme/azure/one"])
        let prometheus = one.object(.prometheus, "team")?["spec"]
        #expect(prometheus?["externalLabels"] == ["cluster": "${CLUSTER}"])
    }

    // MARK: - Probes and rules

    @Test func `every public host is asked once, by its first path, unless its service sleeps`() throws {
        let probe = try #require(
            Compilation(of: Trees.monitoredTeam(services: Self.services)).object(.probe, "services")
        )
        #expect(
            probe["spec"]?["targets"]?["staticConfig"]?["static"] == [
                "https://www.shop.example/one", "https://shop.team-demo.demo.example.org/shop",
            ]
        )
        #expect(Compilation(of: Trees.monitoredTeam()).objects(.probe).isEmpty)
    }

    @Test func `the rules are such as Prometheus loads`() throws {
        #expect(try PrometheusTools.checkRules(Self.rules(Trees.monitoredTeam())).contains("2 rules found"))
    }

    /// The rule of the old product looked for the job `probe-services`, which no team has.
    @Test(arguments: [(2, false), (3, true)])
    func `ProbeFailing filters the team's own probes, and fires after three minutes`(minute: Int, fires: Bool) throws {
        let tree = Trees.monitoredTeam(services: Self.services)
        let probe = try #require(Compilation(of: tree).object(.probe, "services")?["spec"])
        let job = try #require(probe["jobName"]?.stringValue)
        let url = "https://www.shop.example/one"
        let alert: JSONValue = [
            "exp_labels": ["severity": "critical", "job": .string(job), "instance": .string(url)],
            "exp_annotations": [
                "summary": "A public address does not answer",
                "description": .string("\(url) has not answered for three minutes."),
            ],
        ]
        let test: JSONValue = [
            "rule_files": ["rules.yaml"],
            "evaluation_interval": "1m",
            "tests": [
                [
                    "interval": "1m",
                    "input_series": [
                        [
                            "series": .string("probe_success{job=\"\(job)\",instance=\"\(url)\"}"),
                            "values": "0x10",
                        ],
                        ["series": .string("probe_success{job=\"\(job)\",instance=\"up\"}"), "values": "1x10"],
                        ["series": "probe_success{job=\"other\",instance=\"foreign\"}", "values": "0x10"],
                    ],
                    "alert_rule_test": [
                        [
                            "eval_time": .string("\(minute)m"), "alertname": "ProbeFailing",
                            "exp_alerts": fires ? [alert] : [],
                        ]
                    ],
                ]
            ],
        ]
        #expect(try PrometheusTools.testRules(Self.rules(tree), test).contains("SUCCESS"))
    }

    // MARK: - Grafana and the ways to it

    private static func dataSources(_ tree: JSONValue) throws -> [JSONValue] {
        let compilation = Compilation(of: tree)
        guard let secret = compilation.object(.secret, "team-grafana-datasources") else {
            let values = compilation.object(.helmRelease, "team-demo.grafana")?["spec"]?["values"]
            return values?["datasources"]?["datasources.yaml"]?["datasources"]?.arrayValue ?? []
        }
        let data = try #require(secret["data"]?["datasources.yaml"]?.stringValue.flatMap { Data(base64Encoded: $0) })
        return try JSONValue(parsing: Array(data))["datasources"]?.arrayValue ?? []
    }

    @Test func `Grafana reads the team's own Prometheus and not the platform's`() throws {
        let sources = try Self.dataSources(Trees.monitoredTeam())
        #expect(
            sources.compactMap { $0["url"]?.stringValue } == [
                "http://prometheus-operated.team-demo.svc:9090/prometheus"
            ]
        )
    }

    @Test func `Grafana reads the team's logs with its password, and Azure's metrics with its account`() throws {
        let azure: JSONValue = [
            "clientId": "client", "clientSecret": "s$1", "tenantId": "tenant", "subscriptionId": "subscription",
        ]
        let tree = Trees.monitoredTeam(["password": "p$$w", "azureMonitor": azure], apps: ["loki": ["enabled": true]])
        let sources = try Self.dataSources(tree)
        try Golden.expect(sources, equal: "monitoring-datasources")
        // Grafana takes `$` for the beginning of a variable.
        #expect(sources.first { $0["type"] == "loki" }?["secureJsonData"]?["basicAuthPassword"] == "p$$$$w")
        #expect(
            try Self.dataSources(Trees.monitoredTeam(["password": "p"], apps: ["loki": ["enabled": false]])).count == 1
        )
    }

    @Test func `without the team's password there are no data sources, and the rest is the same`() {
        let apps: JSONValue = ["loki": ["enabled": true]]
        let revealed = Compilation(of: Trees.monitoredTeam(["password": "p"], apps: apps))
        let sealed = Compilation(of: Trees.monitoredTeam(["password": ["$secret": "1"]], apps: apps))
        #expect(revealed.object(.secret, "team-grafana-datasources") != nil)
        #expect(sealed.object(.secret, "team-grafana-datasources") == nil)
        #expect(sealed.layers.filter { !$0.isConfidential } == revealed.layers.filter { !$0.isConfidential })
    }

    @Test func `the ways to a team's monitoring are for its members`() throws {
        func routes(_ tree: JSONValue) -> [AppRoute] {
            TeamBuilder(demoOf: tree)?.monitoringRoutes ?? []
        }
        let all = routes(Trees.monitoredTeam(["alerts": Self.alerts]))
        #expect(all.flatMap(\.paths) == ["/grafana", "/prometheus", "/alertmanager"])
        for route in all {
            #expect(route.host == "apps.team-demo.demo.example.org")
            #expect(route.namespace == "team-demo" && route.team == "demo")
            #expect(route.auth && route.forwardPath)
            #expect(route.groups == ["admin", "team-admin", "team-demo"])
        }
        #expect(routes(Trees.monitoredTeam()).map(\.name) == ["team-grafana", "team-prometheus"])
        #expect(routes(Trees.monitoredTeam(["monitoringStack": ["enabled": false]])).isEmpty)
        #expect(routes(Trees.monitoredTeam(cluster: ["name": "bare", "provider": "kind"])).isEmpty)
    }

    // MARK: - Network

    @Test func `monitoring reaches what it has to where traffic is filtered`() throws {
        let alerts: JSONValue = ["receivers": ["msteams"], "msteams": ["highPrio": "https://teams.example.com/a"]]
        let filtered = Compilation(of: Trees.monitoredTeam(["alerts": alerts]))
        try Golden.expect(
            filtered.objects(.networkPolicy, .sidecar).filter {
                $0["metadata"]?["name"]?.stringValue?.hasPrefix("monitoring") == true
            },
            equal: "monitoring-network"
        )
        let open = Compilation(
            of: Trees.monitoredTeam(["networkPolicy": ["ingressPrivate": false, "egressPublic": false]])
        )
        #expect(open.objects(.networkPolicy).count == 1)
        #expect(open.objects(.sidecar).isEmpty)
    }
}
