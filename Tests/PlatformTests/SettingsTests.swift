import JSON
import Testing
import Values

@testable import Platform

@Suite struct SettingsTests {
    // MARK: - Layers

    /// A section with one of its values at three scopes.
    struct Section: CustomTestStringConvertible, Sendable {
        let name: String
        let place: [String]
        let values: [JSONValue]
        /// What the section needs besides.
        var rest: JSONValue = [:]
        var testDescription: String { name }
    }

    private static let sections = [
        Section(name: "alerts", place: ["groupInterval"], values: ["1m", "2m", "3m"]),
        Section(name: "home", place: ["repeatInterval"], values: ["1h", "2h", "3h"]),
        Section(
            name: "azure",
            place: ["storageType", "fast"],
            values: ["Premium_LRS", "PremiumV2_LRS", "UltraSSD_LRS"]
        ),
        Section(name: "cloud", place: ["skipStorageClasses"], values: [["std"], ["fast"], []]),
        Section(name: "dns", place: ["zones"], values: [["a.example"], ["b.example"], ["c.example", "d.example"]]),
        Section(
            name: "kms",
            place: ["sops", "vault", "keys"],
            values: ["a", "b", "c"],
            rest: ["sops": ["vault": ["token": "t"]]]
        ),
        Section(
            name: "oidc",
            place: ["subClaimMapper"],
            values: ["sub", "oid", "mail"],
            rest: ["issuer": "https://idp.example.org", "clientID": "c", "clientSecret": "s"]
        ),
        Section(name: "otomi", place: ["version"], values: ["v1.0.0", "v1.1.0", "main"]),
        Section(name: "smtp", place: ["smarthost"], values: ["a.example:25", "b.example:25", "c.example:25"]),
        Section(name: "ingress", place: ["platformClass", "network"], values: ["public", "private", "public"]),
    ]

    @Test(arguments: sections)
    func `a section holds at the platform, a group wins over it, and a cluster over both`(section: Section) throws {
        func spec(_ value: JSONValue, _ rest: JSONValue = [:]) throws -> JSONValue {
            var spec: JSONValue = .object([:])
            for count in 1..<section.place.count {
                try spec.set([:], at: JSONPointer(Array(section.place.prefix(count))))
            }
            try spec.set(value, at: JSONPointer(section.place))
            return rest.merging(spec)
        }
        let group = Document(
            id: DocumentID(kind: .group, name: "eu"),
            spec: ["selector": ["region": "eu-central-1"]]
        )
        let scopes: [Scope] = [.platform, .group("eu"), .cluster("one")]
        let layers = try zip(scopes, section.values).map { scope, value in
            Document(
                id: DocumentID(kind: .settings, scope: scope, name: section.name),
                spec: try spec(value, scope == .platform ? section.rest : [:])
            )
        }
        for count in 1...3 {
            let documents = [group] + layers.prefix(count)
            let values = Self.values(documents)
            let place = JSONPointer(["settings", section.name] + section.place)
            #expect(values.tree[place] == section.values[count - 1])
            #expect(values.origin(at: place)?.source == .document(scopes[count - 1]))
            #expect(inspect(documents).filter { $0.severity == .error } == [])
        }
    }

    @Test func `two providers in two layers are one too many, and the higher layer is named`() throws {
        let documents = [
            Document(
                id: DocumentID(kind: .settings, name: "dns"),
                spec: ["provider": ["google": ["project": "zones"]]]
            ),
            Document(
                id: DocumentID(kind: .settings, scope: .cluster("one"), name: "dns"),
                spec: ["provider": ["aws": ["region": "eu-central-1"]]]
            ),
        ]
        let fault = try #require(inspect(documents, clusters: [Self.cluster]).first)
        #expect(fault.document?.scope == .cluster("one"))
        #expect(fault.pointer.description == "/provider")
        var mended = documents
        mended[1].spec["provider"]?["google"] = .null
        #expect(inspect(mended, clusters: [Self.cluster]) == [])
    }

    @Test func `settings that were read without their secrets have no fault more`() {
        let tree = Trees.team(settings: [
            "otomi": ["hasExternalIDP": true], "oidc": ["issuer": "https://idp.example.org", "clientID": "c"],
        ])
        #expect(Compilation(of: tree).faults == [])
    }

    @Test func `a cluster without a domain has one at its address`() {
        let documents = [
            Document(id: DocumentID(kind: .team, name: "demo"), spec: [:]),
            Document(
                id: DocumentID(kind: .service, team: "demo", name: "web"),
                spec: ["exposure": ["type": "public"]]
            ),
            Document(
                id: DocumentID(kind: .cluster, scope: .cluster("one"), name: "one"),
                spec: ["entrypoint": "2001:db8::7"]
            ),
        ]
        let compilation = compile(Self.values(documents))
        #expect(compilation.faults == [])
        #expect(
            compilation.object(.ingress, "web.team-demo")?["spec"]?["rules"]?[0]?["host"]
                == "web.team-demo.2001-db8--7.sslip.io"
        )
    }

    // MARK: - Objects

    @Test(arguments: ["aws", "azure", "google"])
    func `a cloud's disks have the same names everywhere`(provider: String) throws {
        let tree = Trees.team(cluster: Trees.cluster.merging(["provider": .string(provider)]))
        let classes = Compilation(of: tree).objects(.storageClass)
        try Golden.expect(classes, equal: "storage-classes-\(provider)")
        let defaults = classes.filter {
            $0["metadata"]?["annotations"]?["storageclass.kubernetes.io/is-default-class"] == "true"
        }
        #expect(defaults.compactMap { $0["metadata"]?["name"]?.stringValue } == ["std"])
    }

    @Test func `storage classes can be left out, and Azure's disks chosen`() {
        let tree = Trees.team(
            settings: [
                "cloud": ["skipStorageClasses": ["std", "std-immediate"]],
                "azure": ["storageType": ["fast": "Premium_LRS"]],
            ],
            cluster: Trees.cluster.merging(["provider": "azure"])
        )
        let classes = Compilation(of: tree).objects(.storageClass)
        #expect(classes.compactMap { $0["metadata"]?["name"]?.stringValue } == ["fast", "fast-immediate"])
        #expect(classes.allSatisfy { $0["parameters"]?["skuName"] == "Premium_LRS" })
    }

    @Test(arguments: ["onprem", "kind", "custom", "ovh"])
    func `where no cloud has disks nothing is made up`(provider: String) {
        let tree = Trees.team(cluster: Trees.cluster.merging(["provider": .string(provider)]))
        #expect(Compilation(of: tree).objects(.storageClass) == [])
    }

    @Test func `a CA that is given signs, and its key is confidential`() throws {
        let app: JSONValue = ["issuer": "custom-ca", "customRootCA": "CERTIFICATE", "customRootCAKey": "KEY"]
        let compilation = Compilation(of: Trees.team(apps: ["cert-manager": app]))
        #expect(compilation.object(.certificate, "custom-ca") == nil)
        let confidential = compilation.layers.filter(\.isConfidential).flatMap(\.objects)
        try Golden.expect(compilation.objects(.clusterIssuer) + confidential, equal: "custom-ca-given")
    }

    @Test func `a CA that nobody gives is made on the cluster, so its key never leaves it`() throws {
        let compilation = Compilation(of: Trees.team(apps: ["cert-manager": [:]]))
        #expect(compilation.layers.allSatisfy { !$0.isConfidential })
        let certificate = try #require(compilation.object(.certificate, "custom-ca"))
        try Golden.expect(compilation.objects(.clusterIssuer) + [certificate], equal: "custom-ca-made")
    }

    @Test(arguments: [[:], ["cert-manager": ["enabled": false]]] as [JSONValue])
    func `without cert-manager nothing is asked of it`(apps: JSONValue) {
        let compilation = Compilation(of: Trees.team(apps: apps))
        #expect(compilation.objects(.clusterIssuer, .certificate) == [])
    }

    @Test func `the platform's namespaces have the labels that policies and the mesh pick them by`() throws {
        let tree = Trees.team(settings: [
            "otomi": ["hasExternalDNS": true], "dns": ["provider": ["aws": ["region": "eu-central-1"]]],
        ])
        let platform = Compilation(of: tree).layers.filter { $0.name == "platform" }.flatMap(\.objects)
        try Golden.expect(platform.filter { $0.isOne(of: [.namespace]) }, equal: "platform-namespaces")
    }

    // MARK: - Values

    private static let cluster = ClusterIdentity(name: "one", provider: "aws", region: "eu-central-1")

    private static func values(_ documents: [Document]) -> EffectiveValues {
        EffectiveValues(
            cluster: cluster,
            documents: documents.map { StoredDocument(document: $0, revision: 1, author: "tester") }
        )
    }
}
