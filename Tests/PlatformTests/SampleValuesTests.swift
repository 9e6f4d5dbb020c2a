import JSON
import PlatformTestSupport
import Testing
import Values
import YAML

@testable import Platform

@Suite struct SampleValuesTests {
    @Test func `the sample values are without fault`() throws {
        let documents = try SampleValues.documents()
        #expect(documents.count == 28)
        #expect(documents.flatMap { Validator.faults(in: $0) } == [])
        #expect(Validator.faults(across: documents) == [])
    }

    @Test(arguments: [
        (
            "aws-eu", ["webshop"], ["catalogue", "storefront"],
            ["payments.team-webshop", "checkout.team-webshop", "storefront.team-webshop"]
        ),
        (
            "azure-eu", ["analytics", "webshop"], ["catalogue", "dashboard", "storefront"],
            [
                "back-office.team-webshop", "checkout.team-webshop", "dashboard.team-analytics",
                "storefront.team-webshop",
            ]
        ),
        (
            "onprem-lab", ["analytics", "webshop"], ["catalogue", "dashboard", "storefront"],
            ["dashboard.team-analytics", "storefront.team-webshop"]
        ),
    ])
    func `each cluster runs what is placed there`(
        cluster: String,
        teams: [String],
        services: [String],
        ingresses: [String]
    ) throws {
        let identity = try #require(SampleValues.clusters.first { $0.name == cluster })
        let compilation = compile(try SampleValues.values(on: identity))
        #expect(compilation.faults == [])
        #expect(
            compilation.layerNamesBesideApps
                == ["cluster", "confidential/platform", "confidential/teams", "platform", "policies"]
                + teams.map { "team/\($0)" } + teams.map { "tenancy/\($0)" }
        )
        #expect(names(compilation.objects(.knativeService)) == services)
        #expect(names(compilation.teamObjects(.ingress)).filter { !$0.hasPrefix("app.") } == ingresses.sorted())
        try Golden.expect(compilation.objectsBesideApps, equal: "sample-\(cluster)")
    }

    @Test func `the laboratory has the smaller quota and shares everything else`() throws {
        for (cluster, pods) in zip(SampleValues.clusters, ["80", "80", "20"]) {
            let compilation = compile(try SampleValues.values(on: cluster))
            let quota = compilation.objects(.resourceQuota).first { $0["metadata"]?["namespace"] == "team-webshop" }
            #expect(quota?["spec"]?["hard"]?["pods"]?.stringValue == pods, "\(cluster.name)")
        }
    }

    private func names(_ objects: [JSONValue]) -> [String] {
        objects.compactMap { $0["metadata"]?["name"]?.stringValue }.sorted()
    }
}
