import JSON
import Testing
import Values

@testable import Platform

@Suite struct AppsTests {
    private static let apps: JSONValue = [
        "sample-registry": ["replicas": 2, "rawValues": ["smtp": ["port": 26], "extra": true]],
        "shop": [
            "chart": ["name": "shop", "version": "1.0.0", "repository": "https://charts.example.org/stable"],
            "namespace": "shops", "values": ["a": 1, "b": 2], "rawValues": ["b": 3], "dependsOn": ["sample-issuers"],
        ],
    ]
    private static let settings: JSONValue = [
        "otomi": ["adminPassword": "THE-SECRET"],
        "smtp": ["port": 25, "auth_secret": "THE-SECRET", "auth_password": "THE-SECRET"],
    ]

    private static func builder(
        apps: JSONValue = apps,
        settings: JSONValue = settings,
        cluster: JSONValue = [:]
    ) throws -> AppsBuilder {
        let tree: JSONValue = [
            "cluster": Trees.cluster.merging(cluster), "settings": settings, "apps": apps, "policies": [:],
            "teams": [:],
        ]
        return AppsBuilder(tree: tree, catalogue: try Catalogues.sample)
    }

    private static func release(_ name: String, in builder: AppsBuilder) -> JSONValue? {
        builder.everything.first { $0.kind == .helmRelease && $0.name == name }?.json["spec"]
    }

    @Test func `enabled apps become releases, sources and namespaces`() throws {
        let builder = try Self.builder()
        try Golden.expect(builder.everything.layerObjects(), equal: "apps")
        try Golden.expect(builder.definitions().layerObjects(), equal: "apps-definitions")
        try Golden.expect(builder.everythingConfidential.layerObjects(), equal: "apps-confidential")
    }

    @Test func `Flux itself comes without a chart`() throws {
        let tree: JSONValue = ["cluster": Trees.cluster]
        let catalogue = try Catalogue(["flux": try #require(Self.fluxJSON)])
        let builder = AppsBuilder(tree: tree, catalogue: catalogue)
        try Golden.expect(builder.everything.layerObjects(), equal: "flux")
        #expect(
            builder.definitions().map(\.name).sorted() == [
                "buckets.source.toolkit.fluxcd.io", "gitrepositories.source.toolkit.fluxcd.io",
                "helmcharts.source.toolkit.fluxcd.io", "helmreleases.helm.toolkit.fluxcd.io",
                "helmrepositories.source.toolkit.fluxcd.io", "ocirepositories.source.toolkit.fluxcd.io",
            ]
        )
        for definition in builder.definitions() {
            #expect(!definition.json.compactText.contains("x-kubernetes-validations"), "for Kubernetes 1.20")
        }
    }

    private static var fluxJSON: JSONValue? {
        (try? JSONValue(parsing: PackageResources.Catalogue_json))?["flux"]
    }

    @Test func `Flux runs without rights that it does not need`() throws {
        let deployments = Self.fluxJSON?["manifests"]?.arrayValue?.filter { $0["kind"] == "Deployment" } ?? []
        #expect(deployments.count == 2)
        for deployment in deployments {
            let pod = deployment["spec"]?["template"]?["spec"]
            let container = pod?["containers"]?[0]
            #expect(pod?["securityContext"]?["runAsNonRoot"] == true)
            #expect(container?["securityContext"]?["readOnlyRootFilesystem"] == true)
            #expect(container?["securityContext"]?["allowPrivilegeEscalation"] == false)
            #expect(container?["securityContext"]?["capabilities"] == ["drop": ["ALL"]])
            #expect(container?["securityContext"]?["seccompProfile"] == ["type": "RuntimeDefault"])
            #expect(container?["resources"]?["limits"]?["memory"] != nil)
            #expect(container?["resources"]?["requests"]?["cpu"] != nil)
        }
    }

    @Test func `Flux' objects are what its own definitions allow`() throws {
        var schemas: [String: StructuralSchema] = [:]
        for definition in Self.fluxJSON?["definitions"]?.arrayValue ?? [] {
            let schema = StructuralSchema(definition: definition)
            schemas["\(schema.group)/\(schema.kind)"] = schema
        }
        var checked: Set<String> = []
        for object in try Self.builder().everything.layerObjects() {
            let group = object["apiVersion"]?.stringValue?.split(separator: "/").first.map(String.init) ?? ""
            let kind = object["kind"]?.stringValue ?? ""
            guard group.hasSuffix("fluxcd.io") else { continue }
            let schema = try #require(schemas["\(group)/\(kind)"])
            #expect(schema.faults(in: object) == [], "\(kind) \(object["metadata"]?["name"]?.stringValue ?? "")")
            checked.insert(kind)
        }
        #expect(checked == ["HelmRelease", "HelmRepository", "OCIRepository"])
    }

    @Test func `the values of an entry come first, then those of the document, raw ones last`() throws {
        let builder = try Self.builder()
        #expect(Self.release("shop", in: builder)?["values"] == ["a": 1, "b": 3])
        #expect(
            Self.release("sample-registry", in: builder)?["values"] == [
                "url": "https://registry.demo.example.org", "replicas": 2, "smtp": ["port": 26], "extra": true,
            ]
        )
    }

    /// What the catalogue that this build carries makes of one App document.
    private static func embedded(_ name: String, _ spec: JSONValue = [:]) throws -> AppsBuilder.App {
        let tree: JSONValue = [
            "cluster": Trees.cluster, "settings": [:], "policies": [:], "teams": [:],
            "apps": .object([name: (["enabled": true] as JSONValue).merging(spec)]),
            "derived": ["domains": ["demo.example.org", "shop.example"]],
        ]
        let builder = AppsBuilder(tree: tree)
        return try #require((builder.apps + builder.forCluster(Trees.cluster).apps).first { $0.entry.name == name })
    }

    @Test(
        arguments: [
            ("ingress-nginx", ["modsecurity": ["enabled": true]], "/controller/config/enable-modsecurity", "true"),
            ("ingress-nginx", [:], "/controller/config/enable-modsecurity", "false"),
            ("ingress-nginx", ["maxBodySize": "10m"], "/controller/config/proxy-body-size", "10m"),
            ("ingress-nginx", ["autoscaling": ["minReplicas": 3]], "/controller/autoscaling/minReplicas", 3),
            ("istio", ["autoscaling": ["pilot": ["maxReplicas": 4]]], "/autoscaleMax", 4),
            ("gatekeeper", ["disableValidatingWebhook": true], "/disableValidatingWebhook", true),
            ("gatekeeper", [:], "/disableValidatingWebhook", false),
            ("gatekeeper", ["constraintViolationsLimit": 5], "/constraintViolationsLimit", 5),
            ("loki", ["retention": ["duration": "48h"]], "/loki/limits_config/retention_period", "48h"),
            ("loki", ["persistence": ["size": "9Gi"]], "/singleBinary/persistence/size", "9Gi"),
            ("prometheus", ["retention": "2d"], "/prometheus/prometheusSpec/retention", "2d"),
            ("external-dns", ["domainFilters": ["a.example"]], "/domainFilters", ["a.example"]),
            ("kube-descheduler", ["schedule": "0 * * * *"], "/schedule", "0 * * * *"),
            ("vault", ["logLevel": "warn"], "/server/logLevel", "warn"),
            (
                "harbor", ["persistence": ["imageChartStorage": ["type": "gcs", "gcs": ["bucket": "b"]]]],
                "/persistence/imageChartStorage/gcs/bucket", "b"
            ),
        ] as [(String, JSONValue, String, JSONValue)]
    )
    func `what an App document says reaches the chart`(
        name: String,
        spec: JSONValue,
        place: String,
        expected: JSONValue
    ) throws {
        let pointer = try #require(JSONPointer(place))
        #expect(try Self.embedded(name, spec).values[pointer] == expected)
    }

    @Test func `sign-on keeps sessions in Redis, and is for every domain of the cluster`() throws {
        let values = try Self.embedded("oauth2-proxy").values
        #expect(values["replicaCount"] == 2)
        #expect(values["sessionStorage"]?["type"] == "redis")
        #expect(values["extraArgs"] == ["--whitelist-domain=.demo.example.org", "--whitelist-domain=.shop.example"])
        let variables = values["extraEnv"]?.arrayValue ?? []
        #expect(variables.contains(["name": "OAUTH2_PROXY_COOKIE_DOMAINS", "value": ".demo.example.org"]))
        #expect(variables.contains(["name": "OAUTH2_PROXY_COOKIE_SECURE", "value": "true"]))
    }

    @Test func `Knative serves below the cluster's domain, and stops what nobody asks for`() throws {
        let spec = try Self.embedded("knative", ["serving": ["replicas": 5]]).manifests.first?["spec"]
        #expect(spec?["high-availability"]?["replicas"] == 5)
        #expect(spec?["config"]?["network"]?["domain-template"] == "{{.Name}}.{{.Namespace}}.demo.example.org")
        #expect(spec?["config"]?["autoscaler"]?["scale-to-zero-grace-period"] == "60s")
        #expect(spec?["config"]?["autoscaler"]?["stable-window"] == "600s")
        #expect(spec?["config"]?["defaults"]?["revision-timeout-seconds"] == "300")
    }

    @Test func `releases wait for what they need, through apps without a chart`() throws {
        let builder = try Self.builder()
        #expect(Self.release("shop", in: builder)?["dependsOn"] == [["name": "sample-mesh"]])
        #expect(
            Self.release("sample-registry", in: builder)?["dependsOn"] == [
                ["name": "sample-mesh"], ["name": "sample-store"],
            ]
        )
        #expect(Self.release("sample-mesh", in: builder)?["dependsOn"] == nil)
    }

    @Test func `charts of one repository share a source, with a slash at its end or without`() throws {
        let sources = try Self.builder().everything.filter { $0.kind == .helmRepository }
        #expect(sources.count == 1)
        #expect(sources[0].json["spec"]?["url"] == "https://charts.example.org/stable")
        #expect(ObjectName.isLabel(sources[0].name))
    }

    @Test func `a secret is only in the confidential layer`() throws {
        let builder = try Self.builder()
        for object in (builder.everything + builder.definitions()).layerObjects() {
            #expect(!object.compactText.contains("THE-SECRET"))
        }
        let secrets = builder.everythingConfidential
        #expect(secrets.map(\.name) == ["sample-registry-values"])
        let text = Base64.encode(#"{"password":"THE-SECRET"}"#.utf8)
        #expect(secrets[0].json["data"] == ["values.yaml": .string(text)])
    }

    @Test func `values read without their secrets give the same releases`() throws {
        let marker: JSONValue = ["$secret": "reference"]
        let without = try Self.builder(
            settings: [
                "otomi": ["adminPassword": marker],
                "smtp": ["port": 25, "auth_secret": marker, "auth_password": marker],
            ]
        )
        let with = try Self.builder()
        #expect(without.manifests().layerObjects() == with.manifests().layerObjects())
    }

    @Test func `a cluster can leave the installation to others and still knows what is on`() throws {
        let builder = try Self.builder(settings: Self.settings.merging(["otomi": ["installsApps": false]]))
        #expect(builder.everything.isEmpty)
        #expect(builder.definitions().isEmpty)
        #expect(builder.everythingConfidential.isEmpty)
        #expect(builder.set.isOn("sample-registry"))
    }

    @Test func `the same inputs are the same bytes on two clusters`() throws {
        func bytes(_ name: String, _ apps: JSONValue) throws -> [[UInt8]] {
            let builder = try Self.builder(
                apps: apps,
                cluster: ["name": .string(name), "labels": ["a": .string(name)]]
            )
            return (builder.everything + builder.definitions()).layerObjects().map { $0.serialized() }
        }
        let one = try bytes("one", Self.apps)
        for _ in 0..<5 { #expect(try bytes("two", Self.apps) == one) }
    }

    @Test func `switching an app off on one cluster leaves the other cluster alone`() throws {
        func layers(_ cluster: String, _ documents: [Document]) throws -> [[UInt8]] {
            let values = EffectiveValues(
                cluster: ClusterIdentity(name: cluster, provider: "aws", region: ""),
                documents: documents.map { StoredDocument(document: $0, revision: 1, author: "tester") }
            )
            let builder = AppsBuilder(tree: values.tree, catalogue: try Catalogues.sample)
            return (builder.everything + builder.definitions()).layerObjects().map { $0.serialized() }
        }
        let off = Document(
            id: DocumentID(kind: .app, scope: .cluster("one"), name: "sample-registry"),
            spec: ["enabled": false]
        )
        #expect(try layers("two", [off]) == layers("two", []))
        #expect(try layers("one", [off]) != layers("one", []))
        #expect(try layers("one", [off]).allSatisfy { !String(decoding: $0, as: UTF8.self).contains("registry") })
    }

    @Test func `interfaces of apps that are on get a route`() throws {
        let routes = try Self.builder().routes
        #expect(
            routes == [
                AppRoute(
                    name: "sample-registry",
                    namespace: "sample-registry",
                    service: "registry-portal",
                    port: 80,
                    host: "registry.demo.example.org"
                ),
                AppRoute(
                    name: "sample-registry-1",
                    namespace: "sample-core",
                    service: "registry-core",
                    port: 8080,
                    host: "registry.demo.example.org",
                    paths: ["/v2/"],
                    forwardPath: false,
                    auth: false,
                    groups: ["admin"],
                    removedRequestHeaders: ["Authorization"]
                ),
            ]
        )
        #expect(try Self.builder(apps: ["sample-registry": ["enabled": false]]).routes.isEmpty)
        #expect(try Self.builder(cluster: ["domainSuffix": .null]).routes.isEmpty)
    }

    @Test func `a value of the wrong type is a fault of the app`() throws {
        let builder = try Self.builder(cluster: ["domainSuffix": ["a": 1]])
        var faults = FaultLog()
        builder.check(&faults)
        #expect(
            faults.placed.map(\.description).contains { $0.contains("App sample-registry") && $0.contains("'/url'") },
            "\(faults.placed)"
        )
    }

    @Test func `namespaces of others are not made, and shared ones have the labels of all`() throws {
        let namespaces = try Self.builder().everything.filter { $0.kind == .namespace }
        #expect(namespaces.map(\.name) == ["flux-system", "sample-mesh", "sample-registry", "shops"])
        let mesh = namespaces[1]
        #expect(mesh.labels["istio-injection"] == "disabled")
        #expect(mesh.labels["otomi.io/policy-checks"] == "disabled")
        #expect(namespaces[2].labels["tier"] == "data")
    }

    @Test(arguments: ["istio", "gateway-api"])
    func `every further ingress class has a controller or gateway of its own`(style: String) throws {
        let classes: JSONValue = [
            ["className": "net-a", "loadBalancerIP": "10.0.0.1"], ["className": "net-b", "network": "private"],
        ]
        let settings: JSONValue = ["ingress": ["routing": .string(style), "classes": classes]]
        let tree: JSONValue = ["cluster": Trees.cluster, "settings": settings, "apps": [:]]
        let releases = AppsBuilder(tree: tree).everything.filter {
            $0.kind == .helmRelease && $0.name.contains("-class-")
        }
        let prefix = style == "istio" ? "ingress-nginx-class" : "istio-gateway-class"
        #expect(releases.map(\.name) == ["\(prefix)-net-a", "\(prefix)-net-b"])
        let values = releases.compactMap { $0.json["spec"]?["values"] }
        let services = values.compactMap { style == "istio" ? $0["controller"]?["service"] : $0["service"] }
        #expect(services.map { $0["loadBalancerIP"] } == ["10.0.0.1", nil])
        let internalKey = "service.beta.kubernetes.io/aws-load-balancer-internal"
        #expect(services.map { $0["annotations"]?[internalKey] } == [nil, "true"])
        if style == "istio" {
            let resource = values[0]["controller"]?["ingressClassResource"]
            #expect(resource?["controllerValue"] == "k8s.io/net-a")
            #expect(resource?["enabled"] == false, "the class itself is in the platform's layer")
        } else {
            #expect(values[0]["labels"]?["istio"] == "ingressgateway-class-net-a")
            #expect(values[0]["name"] == "istio-ingressgateway-class-net-a")
        }
    }
}
