import JSON
import PlatformTestSupport
import Testing
import Values

@testable import Platform

/// Looks at whole clusters as their API servers would: what one object names, another has to be.
@Suite struct ReferenceTests {
    /// Namespaces that every cluster has.
    private static let given: Set<String> = ["default", "kube-system"]

    /// The samples as they are, and on clusters with everything else: the other style, a cloud's load balancer, no apps
    /// but those that are always there.
    private static func compilations() throws -> [Compilation] {
        var all: [Compilation] = []
        let sections: [JSONValue] = [
            [:], ["ingress": ["routing": "gateway-api"]], ["otomi": ["hasCloudLB": true]],
            ["ingress": ["routing": "gateway-api"], "otomi": ["hasCloudLB": true]],
        ]
        for cluster in SampleValues.clusters {
            for settings in sections where cluster.provider != "onprem" || settings["otomi"] == nil {
                var documents = try SampleValues.documents()
                for (name, spec) in settings.objectValue ?? [:] {
                    let id = DocumentID(kind: .settings, scope: .cluster(cluster.name), name: name)
                    documents.removeAll { $0.id == id }
                    documents.append(Document(id: id, spec: spec))
                }
                let stored = documents.map { StoredDocument(document: $0, revision: 1, author: "sample") }
                all.append(compile(EffectiveValues(cluster: cluster, documents: stored)))
            }
        }
        if Fixtures.arePresent { all.append(compile(try Fixtures.values())) }
        return all
    }

    private static func key(_ object: JSONValue) -> String {
        let group = object["apiVersion"]?.stringValue?.split(separator: "/").dropLast().first ?? ""
        let metadata = object["metadata"]
        let names = [object["kind"], metadata?["namespace"], metadata?["name"]].map { $0?.stringValue ?? "" }
        return ([String(group)] + names).joined(separator: "/")
    }

    @Test func `no object is in two layers`() throws {
        for compilation in try Self.compilations() {
            var layers: [String: String] = [:]
            for layer in compilation.layers {
                for object in layer.objects {
                    let other = layers.updateValue(layer.name, forKey: Self.key(object))
                    #expect(other == nil, "\(Self.key(object)) in \(layer.name)")
                }
            }
        }
    }

    @Test func `every object has the namespace that it is in`() throws {
        for compilation in try Self.compilations() {
            let made = compilation.objects(.namespace).compactMap { $0["metadata"]?["name"]?.stringValue }
            let named = compilation.objects.compactMap { object in
                object["metadata"]?["namespace"]?.stringValue
            }
            let targets = compilation.objects(.helmRelease).compactMap { $0["spec"]?["targetNamespace"]?.stringValue }
            // Where somebody else installs apps, Flux is theirs.
            let isFluxOurs = compilation.layers.contains { $0.name == "apps" }
            let given = Self.given.union(isFluxOurs ? [] : ["flux-system"])
            #expect(Set(named + targets).subtracting(made).subtracting(given) == [])
        }
    }

    @Test func `every release has its chart's source and its values beside it, where Flux looks`() throws {
        for compilation in try Self.compilations() {
            let keys = Set(compilation.objects.map(Self.key))
            for release in compilation.objects(.helmRelease) {
                let name = release["metadata"]?["name"]?.stringValue ?? ""
                #expect(release["metadata"]?["namespace"] == "flux-system", "\(name)")
                let spec = release["spec"]
                let source = spec?["chartRef"] ?? spec?["chart"]?["spec"]?["sourceRef"]
                #expect(source?["namespace"] == nil, "\(name)")
                let kind = source?["kind"]?.stringValue ?? ""
                let place = "source.toolkit.fluxcd.io/\(kind)/flux-system/\(source?["name"]?.stringValue ?? "")"
                #expect(keys.contains(place), "\(name): \(place)")
                for values in spec?["valuesFrom"]?.arrayValue ?? [] {
                    let secret = "/Secret/flux-system/\(values["name"]?.stringValue ?? "")"
                    #expect(keys.contains(secret), "\(name): \(secret)")
                }
            }
        }
    }

    @Test func `every certificate has its issuer, and every Ingress its class`() throws {
        // Those of clouds come with the controllers of clouds.
        let classesOfClouds: Set<String> = ["alb", "azure-application-gateway"]
        for compilation in try Self.compilations() {
            func names(_ kind: ObjectKind) -> Set<String> {
                Set(compilation.objects(kind).compactMap { $0["metadata"]?["name"]?.stringValue })
            }
            let issuers = compilation.objects(.certificate).compactMap {
                $0["spec"]?["issuerRef"]?["name"]?.stringValue
            }
            #expect(Set(issuers).subtracting(names(.clusterIssuer)) == [])
            let classes = compilation.objects(.ingress).compactMap { $0["spec"]?["ingressClassName"]?.stringValue }
            #expect(Set(classes).subtracting(names(.ingressClass)).subtracting(classesOfClouds) == [])
        }
    }

    @Test func `a team's release is not longer than the label that Flux makes of it`() throws {
        let name = String(repeating: "a", count: 58)
        let spec: JSONValue = ["monitoringStack": ["enabled": true], "alerts": ["receivers": ["msteams"]]]
        let tree = Trees.team().merging(["teams": [name: spec]])
        let releases = Compilation(of: tree).objects(.helmRelease)
        #expect(releases.count == 2)
        for release in releases {
            let text = try #require(release["metadata"]?["name"]?.stringValue)
            #expect(text.utf8.count <= ObjectName.maximumLabelBytes && text.contains("."))
        }
    }

    // MARK: - What routing and monitoring need of apps

    private static func values(of app: String, _ settings: JSONValue = [:]) throws -> JSONValue {
        let tree: JSONValue = ["cluster": Trees.cluster, "settings": settings]
        return try #require(AppsBuilder(tree: tree).apps.first { $0.entry.name == app }).values
    }

    @Test(arguments: [ExposureSpec.Reach.public, .private])
    func `the gateways of the catalogue are those that routes lead through`(reach: ExposureSpec.Reach) throws {
        let entrance = Entrance(reach)
        let app = "istio-ingressgateway-\(reach.rawValue)"
        let values = try Self.values(of: app)
        #expect(values["name"]?.stringValue == entrance.gatewayService)
        #expect(values["labels"] == entrance.gatewayPods.json)
        #expect(values["service"]?["type"] == "ClusterIP")
        #expect(entrance.gatewayService == reach.gatewayService)
    }

    @Test func `with the Gateway API the public gateway has the load balancer, and the controller none`() throws {
        let settings: JSONValue = [
            "ingress": ["routing": "gateway-api", "platformClass": ["loadBalancerIP": "192.0.2.1"]]
        ]
        let gateway = try Self.values(of: "istio-ingressgateway-public", settings)["service"]
        #expect(gateway?["type"] == "LoadBalancer")
        #expect(gateway?["loadBalancerIP"] == "192.0.2.1")
        let controller = try Self.values(of: "ingress-nginx", settings)["controller"]?["service"]
        #expect(controller?["type"] == "ClusterIP")
        #expect(controller?["loadBalancerIP"] == nil)
        let provider = try Self.values(of: "istio", settings)["meshConfig"]?["extensionProviders"]?[0]
        #expect(provider?["name"]?.stringValue == SignOnProvider.meshProvider)
        let headers = provider?["envoyExtAuthzHttp"]?["headersToUpstreamOnAllow"]
        #expect(headers == ["authorization", "x-auth-request-access-token"])
        #expect(try Self.values(of: "istio")["meshConfig"]?["extensionProviders"] == nil)
    }

    @Test func `the controller serves the platform's class without making it a second time`() throws {
        let values = try Self.values(of: "ingress-nginx")
        let resource = values["controller"]?["ingressClassResource"]
        #expect(resource?["enabled"] == false)
        let ingressClass = Compilation(of: Trees.team()).object(.ingressClass, "nginx")
        #expect(resource?["controllerValue"] == ingressClass?["spec"]?["controller"])
        #expect(values["fullnameOverride"] == "ingress-nginx-platform")
    }

    @Test func `Knative serves through the platform's gateways`() throws {
        let tree: JSONValue = ["cluster": Trees.cluster]
        let app = try #require(AppsBuilder(tree: tree).apps.first { $0.entry.name == "knative" })
        let istio = app.manifests[0]["spec"]?["config"]?["istio"]
        #expect(istio?["local-gateways"]?.stringValue?.contains("service: \(KnativeGateway.host)\n") == true)
        #expect(
            istio?["external-gateways"]?.stringValue?.contains("- name: knative\n  namespace: istio-system\n") == true
        )
        #expect(app.manifests[1]["spec"]?["selector"] == Entrance(.public).gatewayPods.json)
        let local = Compilation(of: Trees.team()).object(.istioGateway, "local")
        #expect(
            local?["spec"]?["servers"]?[0]?["port"]?["number"] == app.manifests[1]["spec"]?["ports"]?[0]?["targetPort"]
        )
    }

    @Test func `the platform's Alertmanager has the configuration that is made for it`() throws {
        let values = try Self.values(of: "alertmanager", ["alerts": ["receivers": ["slack"]]])
        let spec = values["alertmanager"]?["alertmanagerSpec"]
        #expect(spec?["configSecret"]?.stringValue == PlatformBuilder.alertmanagerSecretName)
        #expect(spec?["useExistingSecret"] == true)
    }

    @Test func `teams ask for logs with a name of their own, and can ask for no others`() throws {
        let gateway = try Self.values(of: "loki")["gateway"]
        #expect(gateway?["basicAuth"]?["existingSecret"]?.stringValue == LogUsers.secretName)
        let tree: JSONValue = [
            "cluster": Trees.cluster, "apps": ["loki": ["adminPassword": "all"]],
            "teams": ["a": ["password": "one"], "b": ["password": "t:wo"], "c": [:]],
        ]
        let compilation = Compilation(of: tree)
        let secret = try #require(compilation.object(.secret, LogUsers.secretName))
        #expect(secret["data"] == [".htpasswd": .string(Base64.encode("admins:{PLAIN}all\na:{PLAIN}one\n".utf8))])
        #expect(compilation.faults.contains { $0.pointer.description == "/password" && $0.document?.name == "b" })
        let policy = compilation.object(.networkPolicy, "loki-behind-its-gateway")
        #expect(policy?["spec"]?["ingress"] == [["from": [["podSelector": [:]]]]])
        let hidden = tree.merging(["teams": ["a": ["password": ["$secret": "reference"]]]])
        #expect(Compilation(of: hidden).object(.secret, LogUsers.secretName) == nil)
    }

    @Test(arguments: ["prometheus", "alertmanager"])
    func `teams do not reach what the platform knows of all of them`(app: String) {
        let tree: JSONValue = ["cluster": Trees.cluster, "settings": ["alerts": ["receivers": ["slack"]]]]
        let policy = Compilation(of: tree).object(.networkPolicy, "\(app)-not-for-teams")
        let selector = policy?["spec"]?["ingress"]?[0]?["from"]?[0]?["namespaceSelector"]
        #expect(selector == ["matchExpressions": [["key": "type", "operator": "NotIn", "values": ["team"]]]])
    }

    @Test func `the catalogue agrees with the platform about which namespaces are in the mesh`() {
        for entry in Catalogue.embedded.entries.values where PlatformNamespaces.ofOthers.contains(entry.namespace.name)
        {
            guard let injects = entry.namespace.meshInjection, !Self.given.contains(entry.namespace.name) else {
                continue
            }
            let label = PlatformNamespaces.labels(of: entry.namespace.name)["istio-injection"]
            #expect(label == (injects ? "enabled" : "disabled"), "\(entry.name)")
        }
    }

    @Test(arguments: ["istio", "gateway-api"])
    func `a header's value is no template of Envoy's`(style: String) {
        let service: JSONValue = [
            "predeployed": "service",
            "exposure": ["type": "public", "headers": ["response": ["set": ["X-Load": "100% of %REQ(cookie)%"]]]],
        ]
        let tree = Trees.team(services: ["web": service], settings: ["ingress": ["routing": .string(style)]])
        let route = Compilation(of: tree).objects(.virtualService, .httpRoute).map(\.compactText).joined()
        #expect(route.contains("100%% of %%REQ(cookie)%%"))
    }

    @Test func `sign-on takes the tokens of the client that people sign in with`() {
        let tree = Trees.team(apps: ["keycloak": ["idp": ["clientID": "console"]]])
        #expect(ClusterFacts(tree).signOn?.audience == "console")
        #expect(ClusterFacts(Trees.team()).signOn?.audience == "otomi")
    }

    @Test func `an app that names the cluster knows its domain, whatever that is derived from`() throws {
        let documents = [
            Document(id: DocumentID(kind: .settings, name: "dns"), spec: ["entrypoint": "192.0.2.7"])
        ]
        let values = EffectiveValues(
            cluster: ClusterIdentity(name: "one", provider: "custom", region: ""),
            documents: documents.map { StoredDocument(document: $0, revision: 1, author: "tester") }
        )
        let domain = try #require(values.tree["cluster"]?["domainSuffix"]?.stringValue)
        let prometheus = compile(values).object(.helmRelease, "prometheus")?["spec"]?["values"]?["prometheus"]
        let url = prometheus?["prometheusSpec"]?["externalUrl"]
        #expect(url?.stringValue == "https://apps.\(domain)/prometheus")
    }
}
