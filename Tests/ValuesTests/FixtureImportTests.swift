import JSON
import Testing

@testable import Values

@Suite("Importing the real values repository", .enabled(if: Fixture.isAvailable))
struct FixtureImportTests {
    let plan = Fixture.plan(Fixture.files())

    @Test("takes every document")
    func takesEveryDocument() {
        let counts = Dictionary(grouping: plan.documents, by: \.id.kind).mapValues(\.count)
        #expect(counts[.cluster] == 1)
        #expect(counts[.settings] == 11)
        #expect(counts[.app] == 28)
        #expect(counts[.policy] == 13)
        #expect(counts[.team] == 1)
        #expect(counts[.service] == 9)
        #expect(counts[.job] == 5)
        #expect(counts[.secret] == 3)
    }

    @Test("finds no error, and makes documents that pass their schemas")
    func makesValidDocuments() {
        #expect(!plan.hasErrors)
        #expect(plan.documents.flatMap { Validator.faults(in: $0) } == [])
        #expect(
            Validator.faults(across: plan.documents, missingReferences: .warning).allSatisfy { $0.severity == .warning }
        )
    }

    @Test("reports the removed private key as a fault of its field, and leaves only that out")
    func reportsTheRemovedKey() throws {
        let file = "env/apps/secrets.cert-manager.yaml"
        let faults = plan.faults.filter { $0.file == file }
        #expect(faults.map(\.pointer.description) == ["/apps/cert-manager/customRootCAKey"])
        #expect(faults.first?.severity == .warning)
        #expect(faults.first?.message.contains("removed-from-this-copy") == false, "a message repeats no secret")
        let spec = try #require(plan.spec(.app, "cert-manager"))
        #expect(spec["customRootCA"]?.stringValue?.hasPrefix("-----BEGIN CERTIFICATE-----") == true)
        #expect(spec["customRootCAKey"] == nil)
        #expect(spec["issuer"] == "custom-ca")
    }

    @Test("warns of references that lead nowhere")
    func warnsOfMissingReferences() {
        let messages = Set(plan.faults.map(\.message))
        for name in ["hello-otomi", "someSecret", "generic-example", "has-cert-svc"] {
            #expect(messages.contains("team 'demo' has no secret '\(name)'"))
        }
        #expect(messages.contains("there is no team 'team1'"))
        let mount = plan.faults.first { $0.message.contains("someSecret") }
        #expect(mount?.file == "env/teams/jobs.demo.yaml")
        #expect(mount?.pointer.description == "/teamConfig/demo/jobs/0/secretMounts/~1config~1some-folder")
    }

    @Test("says what has no place, and why")
    func saysWhatIsLeft() {
        let left = plan.unplaced.map { "\($0.file)\($0.pointer)" }
        #expect(
            left == [
                ".secrets", "README.md", "env/apps/istio.yaml/apps/istio/global/mtls",
                "env/apps/istio.yaml/apps/istio/global/sds", "env/settings.yaml/version", "values-schema.v0.16.yaml",
            ]
        )
    }

    @Test("says of every file with content what it became")
    func saysWhatWasTaken() {
        let taken = Set(plan.taken.map(\.file))
        let content = Fixture.files().filter { $0.key.hasPrefix("env/") && !$0.value.isEmpty }.keys
        #expect(taken == Set(content))
    }

    @Test("makes one pending cluster, though the repository lists it twice")
    func makesOneCluster() {
        #expect(
            plan.clusters == [
                ImportedCluster(
                    name: "demo",
                    provider: "aws",
                    region: "eu-central-1",
                    labels: [:],
                    domain: "demo.eks.otomi.cloud",
                    file: "env/cluster.yaml"
                )
            ]
        )
    }

    @Test("puts what only this cluster can mean at its scope")
    func scopesTheClustersOwn() throws {
        let own = plan.documents.filter { $0.id.scope == .cluster("demo") }.map {
            "\($0.id.kind.rawValue) \($0.id.name)"
        }
        #expect(
            own == [
                "Cluster demo", "Settings azure", "Settings cloud", "Settings dns", "Settings ingress", "Settings kms",
                "Settings otomi", "App cluster-overprovisioner", "App external-dns", "App metrics-server",
            ]
        )
        let flags = try #require(plan.spec(.settings, "otomi", scope: .cluster("demo")))
        #expect(flags == ["hasCloudLB": false, "isHomeMonitored": true, "isManaged": true])
        let shared = try #require(plan.spec(.settings, "otomi"))
        #expect(shared["additionalClusters"] == nil)
        #expect(shared["adminPassword"] == "bladibla")
    }

    @Test("merges the secret files into their documents, where the schemas know the secrets")
    func mergesSecretFiles() throws {
        let harbor = try #require(plan.documents.first { $0.id == DocumentID(kind: .app, name: "harbor") })
        #expect(
            SecretLeaves.pointers(in: harbor).map(\.description) == [
                "/adminPassword", "/persistence/imageChartStorage/gcs/encodedkey", "/secretKey",
            ]
        )
        #expect(plan.faults.allSatisfy { !$0.message.contains("ordinary value") })
    }

    @Test("translates old field names into clean specs")
    func translates() throws {
        let tlsPass = try #require(plan.spec(.service, "tlspass", team: "demo"))
        #expect(tlsPass["exposure"] == ["type": "public", "domain": "tlspass.eks.dev.otomi.cloud", "tlsPass": true])
        #expect(tlsPass["container"]?["secretMounts"] == ["/etc/nginx-server-certs": "mysecret-tls"])
        let existing = try #require(plan.spec(.service, "some-svc", team: "demo"))
        #expect(existing["predeployed"] == "service")
        #expect(existing["exposure"] == ["type": "cluster"])
        let job = try #require(plan.spec(.job, "contains-everything", team: "demo"))
        #expect(job["podSecurityContext"]?["fsGroup"] == 1002)
        #expect(plan.spec(.team, "demo")?["apps"]?["drone"]?["shortcuts"]?[0]?["path"] == "/ok")
    }

    @Test("plans the same twice")
    func isIdempotent() {
        #expect(plan == Fixture.plan(Fixture.files()))
    }

    @Test("gives effective values in which every leaf knows where it comes from")
    func givesEffectiveValues() throws {
        let cluster = ClusterIdentity(name: "demo", provider: "aws", region: "eu-central-1")
        let stored = plan.documents.map { StoredDocument(document: $0, revision: 7, author: "ada") }
        let values = EffectiveValues(cluster: cluster, documents: stored)
        #expect(EffectiveValues(cluster: cluster, documents: stored.reversed()).tree == values.tree)
        let services = try #require(values.tree["teams"]?["demo"]?["services"]?.objectValue)
        #expect(services.count == 9)
        #expect(services["hello"]?["exposure"]?["host"] == "hello.team-demo.demo.eks.otomi.cloud")
        #expect(services["has-cert-svc"]?["port"] == 80)
        #expect(values.tree["settings"]?["otomi"]?["isManaged"] == true)
        #expect(values.tree["settings"]?["otomi"]?["isMultitenant"] == true)
        #expect(values.tree["apps"]?["external-dns"]?["enabled"] == false)
        let explanations = values.explain("/")
        #expect(explanations.count > 400)
        #expect(explanations.contains { $0.origin.source == .document(.cluster("demo")) && $0.origin.author == "ada" })
    }
}
