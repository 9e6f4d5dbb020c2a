import JSON
import Testing

@testable import Values

@Suite("Importing a values repository")
struct RepositoryImportTests {
    static let cluster = """
        cluster:
            name: eu1
            provider: azure
            region: westeurope
            k8sVersion: '1.21'
            domainSuffix: eu1.example.com
        """

    /// A repository in the layout of v0.15.
    static let charts = [
        "env/cluster.yaml": cluster,
        "env/settings.yaml": """
        alerts:
            receivers: [slack]
            drone: slack
        otomi:
            hasExternalDNS: true
            additionalClusters:
                - {name: eu2, provider: google, domainSuffix: eu2.example.com}
                - {name: eu1, provider: azure, domainSuffix: eu1.example.com}
        customer: {name: acme}
        """,
        "env/secrets.settings.yaml": "alerts:\n    slack:\n        url: https://hooks.example.com/abc\n",
        "env/charts/nginx-ingress.yaml":
            "charts:\n    nginx-ingress:\n        _rawValues: {controller: {replicas: 2}}\n",
        "env/charts/loki.yaml": "charts:\n    loki:\n        persistence: {size: 10Gi}\n",
        "env/charts/prometheus-operator.yaml":
            "charts:\n    prometheus-operator:\n        prometheus: {retention: 2d}\n",
        "env/charts/secrets.prometheus-operator.yaml":
            "charts:\n    prometheus-operator:\n        grafana: {adminPassword: geheim}\n",
        "env/charts/my-own.yaml": "charts:\n    my-own:\n        anything: [1, 2]\n",
        "env/teams.yaml": """
        teamConfig:
            teams:
                blue:
                    selfService: {Service: [ingress], Team: [oidc]}
                    resourceQuota: [{name: pods, value: '10'}]
        """,
        "env/teams/services.blue.yaml": """
        teamConfig:
            teams:
                blue:
                    services:
                        - name: api
                          type: private
                          domain: api.example.com
                          isShared: true
                          ksvc:
                              predeployed: true
                        - name: web
                          type: public
                          ownHost: true
                          colour: red
                          ksvc:
                              image: {repository: nginx, tag: '1.21'}
                              env: [{name: A, value: b}]
                              autoCD: {}
                              resources: &r
                                  limits: {cpu: 50m, memory: 64Mi}
                                  requests: {cpu: 50m, memory: 64Mi}
                          networkPolicy:
                              ingressPrivate: {mode: allowOnly, allow: [{team: blue}]}
                              egressPublic: [{host: example.com}]
        """,
        "env/charts/empty.yaml": "",
    ]

    @Test("understands the layout of v0.15")
    func understandsCharts() throws {
        let plan = Fixture.plan(texts: Self.charts)
        #expect(!plan.hasErrors, "\(plan.faults)")
        #expect(plan.spec(.app, "ingress-nginx") == ["rawValues": ["controller": ["replicas": 2]]])
        #expect(
            plan.spec(.app, "loki") == ["persistence": ["size": "10Gi"]],
            "on unless it says otherwise, as it was then"
        )
        #expect(plan.spec(.app, "prometheus") == ["retention": "2d"])
        #expect(plan.spec(.app, "grafana") == ["adminPassword": "geheim"])
        #expect(plan.spec(.app, "my-own") == ["anything": [1, 2]], "an app without a schema keeps what it has")
        #expect(plan.spec(.settings, "alerts")?["drone"] == ["slack"])
        #expect(plan.spec(.settings, "alerts")?["slack"]?["url"] == "https://hooks.example.com/abc")
        let team = try #require(plan.spec(.team, "blue"))
        #expect(team["selfService"] == ["service": ["ingress"], "team": ["oidc"]])
        #expect(team["resourceQuota"] == ["pods": "10"])
        #expect(plan.spec(.service, "api", team: "blue")?["predeployed"] == "knative")
        let web = try #require(plan.spec(.service, "web", team: "blue"))
        #expect(web["container"]?["env"] == ["A": "b"])
        #expect(web["networkPolicy"]?["ingressPrivate"]?["mode"] == "AllowOnly")
        #expect(web["networkPolicy"]?["egressPublic"]?[0]?["domain"] == "example.com")
        #expect(plan.documents.flatMap { Validator.faults(in: $0) } == [])
    }

    @Test("makes pending clusters of the additional ones, once each")
    func makesClusters() {
        let plan = Fixture.plan(texts: Self.charts)
        #expect(plan.clusters.map(\.name) == ["eu1", "eu2"])
        #expect(plan.clusters.map(\.provider) == ["azure", "google"])
        #expect(plan.clusters.map(\.file) == ["env/cluster.yaml", "env/settings.yaml"])
        #expect(plan.spec(.cluster, "eu2", scope: .cluster("eu2")) == ["domainSuffix": "eu2.example.com"])
    }

    @Test("loses nothing silently")
    func losesNothing() {
        let plan = Fixture.plan(texts: Self.charts)
        let left = plan.unplaced.map { "\($0.file) \($0.pointer)" }
        #expect(
            left == [
                "env/settings.yaml /customer",
                "env/teams/services.blue.yaml /teamConfig/teams/blue/services/0/isShared",
                "env/teams/services.blue.yaml /teamConfig/teams/blue/services/1/colour",
            ]
        )
        #expect(plan.unplaced[1].reason == "only the platform's own services had it")
    }

    @Test("finds five faults at once, each with file, pointer and expectation")
    func findsEveryFault() {
        let plan = Fixture.plan(texts: [
            "env/cluster.yaml": Self.cluster,
            "env/settings.yaml":
                "smtp:\n    smarthost: nowhere\noidc:\n    clientID: a\n    issuer: https://idp.example.com\n",
            "env/teams.yaml": "teamConfig:\n    blue:\n        networkPolicy: {egressPublic: 'yes'}\n",
            "env/teams/jobs.blue.yaml": """
            teamConfig:
                blue:
                    jobs:
                        - name: nightly
                          type: Cron
                          script: echo
                          image: {repository: busybox}
                          resources:
                              limits: {cpu: many, memory: 64Mi}
                              requests: {cpu: 50m, memory: 64Mi}
            """,
        ])
        let errors = plan.faults.filter { $0.severity == .error }.map { "\($0.file ?? "") \($0.pointer)" }
        #expect(
            errors == [
                "env/settings.yaml /oidc/clientSecret",
                "env/settings.yaml /smtp/smarthost",
                "env/teams.yaml /teamConfig/blue/networkPolicy/egressPublic",
                "env/teams/jobs.blue.yaml /teamConfig/blue/jobs/0/resources/limits/cpu",
                "env/teams/jobs.blue.yaml /teamConfig/blue/jobs/0/type",
            ]
        )
        #expect(plan.faults.allSatisfy { $0.message.contains("expected") || $0.message.contains("required") })
        #expect(plan.hasErrors)
    }

    struct Refusal: CustomTestStringConvertible {
        let testDescription: String
        let files: [String: String]
        let fault: String

        init(_ name: String, _ files: [String: String], _ fault: String) {
            testDescription = name
            self.files = files
            self.fault = fault
        }
    }

    @Test(
        "refuses what is no values repository, or only half of one",
        arguments: [
            Refusal("nothing", [:], "no values repository: none of env/cluster.yaml"),
            Refusal("another folder", ["README.md": "hello"], "no values repository"),
            Refusal(
                "no cluster",
                ["env/settings.yaml": "smtp: {smarthost: 'a:25'}"],
                "env/cluster.yaml /cluster: is required"
            ),
            Refusal(
                "no provider",
                ["env/cluster.yaml": "cluster: {name: a}"],
                "env/cluster.yaml /cluster/provider: is required"
            ),
            Refusal(
                "an unknown provider",
                ["env/cluster.yaml": "cluster: {name: a, provider: ibm}"],
                "env/cluster.yaml /cluster/provider: one of aws, azure"
            ),
            Refusal(
                "a bad cluster name",
                ["env/cluster.yaml": "cluster: {name: A b, provider: aws}"],
                "env/cluster.yaml /cluster/name: lower case letters"
            ),
            Refusal(
                "bad YAML",
                ["env/cluster.yaml": "cluster: {"],
                "env/cluster.yaml: no readable YAML: line 2, column 1"
            ),
            Refusal(
                "a duplicate key",
                ["env/cluster.yaml": cluster + "\ncluster: {}"],
                "env/cluster.yaml: no readable YAML: line 7, column 1: the key 'cluster' occurs twice"
            ),
            Refusal("a list", ["env/cluster.yaml": "[1]"], "env/cluster.yaml: an object is expected, found array"),
            Refusal(
                "two documents",
                ["env/cluster.yaml": "a: 1\n---\nb: 1"],
                "env/cluster.yaml: one document is expected, found 2"
            ),
            Refusal(
                "a section that is no object",
                ["env/cluster.yaml": cluster, "env/settings.yaml": "dns: yes"],
                "env/settings.yaml /dns: an object is expected, found string"
            ),
            Refusal(
                "services that are no list",
                ["env/cluster.yaml": cluster, "env/teams/services.blue.yaml": "teamConfig: {blue: {services: {}}}"],
                "env/teams/services.blue.yaml /teamConfig/blue/services: an array is expected, found object"
            ),
            Refusal(
                "a service twice",
                [
                    "env/cluster.yaml": cluster,
                    "env/teams/services.blue.yaml":
                        "teamConfig: {blue: {services: [{name: ab, type: cluster}, {name: ab, type: cluster}]}}",
                ],
                "env/teams/services.blue.yaml /teamConfig/blue/services/1/name: occurs twice"
            ),
            Refusal(
                "a team with a bad name",
                ["env/cluster.yaml": cluster, "env/teams.yaml": "teamConfig: {1blue: {}}"],
                "env/teams.yaml /teamConfig/1blue: the name of a team is"
            ),
        ]
    )
    func refuses(_ refusal: Refusal) {
        let plan = Fixture.plan(texts: refusal.files)
        let errors = plan.faults.filter { $0.severity == .error }.map(\.description)
        #expect(errors.contains { $0.hasPrefix(refusal.fault) }, "\(errors)")
    }

    @Test("leaves the platform's own team and encrypted files, and says so")
    func leavesWhatCannotBeRead() {
        let plan = Fixture.plan(texts: [
            "env/cluster.yaml": Self.cluster,
            "env/teams/services.admin.yaml": "teamConfig: {admin: {services: [{name: drone, type: public}]}}",
            "env/secrets.settings.yaml": "smtp: ENC[AES256]\nsops: {version: 3}",
            "env/secrets.teams.yaml": "teamConfig: ENC[AES256]\nsops: {version: 3}",
            "env/secrets.teams.yaml.dec": "teamConfig: {blue: {password: geheim}}",
        ])
        #expect(!plan.hasErrors)
        #expect(plan.unplaced.map(\.file) == ["env/secrets.settings.yaml", "env/teams/services.admin.yaml"])
        #expect(plan.spec(.team, "blue")?["password"] == "geheim")
    }

    @Test("warns of two files that disagree, and of secrets that no schema protects")
    func warns() {
        let plan = Fixture.plan(texts: [
            "env/cluster.yaml": Self.cluster,
            "env/apps/a.yaml": "apps: {vault: {enabled: true, logLevel: warn}}",
            "env/apps/b.yaml": "apps: {vault: {enabled: true, logLevel: info}}",
            "env/apps/secrets.mine.yaml": "apps: {mine: {license: geheim}}",
        ])
        #expect(plan.spec(.app, "vault")?["logLevel"] == "info")
        #expect(
            plan.faults.map { "\($0.severity) \($0.file ?? "") \($0.pointer)" } == [
                "warning env/apps/b.yaml /apps/vault/logLevel", "warning env/apps/secrets.mine.yaml /apps/mine/license",
            ]
        )
    }

    @Test("can be given the folder env itself")
    func acceptsTheInnerFolder() {
        var files: [String: String] = [:]
        for (path, text) in Self.charts { files[String(path.dropFirst(4))] = text }
        #expect(Fixture.plan(texts: files).documents == Fixture.plan(texts: Self.charts).documents)
    }

    @Test("keeps the faults of a read value with the plan's wire form")
    func hasAWireForm() throws {
        let plan = Fixture.plan(texts: Self.charts)
        for cluster in plan.clusters { #expect(try ImportedCluster(json: cluster.json) == cluster) }
        for taken in plan.taken { #expect(try ImportTaken(json: taken.json) == taken) }
        for left in plan.unplaced { #expect(try ImportUnplaced(json: left.json) == left) }
        for fault in plan.faults { #expect(try Fault(json: fault.json) == fault) }
    }
}
