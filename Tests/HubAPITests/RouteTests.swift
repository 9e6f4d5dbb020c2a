import Testing
import Values

@testable import HubAPI

@Suite struct RouteTests {
    @Test("a parameter is filled in percent-encoded")
    func parameters() {
        #expect(Route.cluster.path("eu") == "/api/v1/clusters/eu")
        #expect(Route.clusterToken.path("a/b ü") == "/api/v1/clusters/a%2Fb%20%C3%BC/token")
        #expect(Route.revision.path("7") == "/api/v1/revisions/7")
        #expect(Route.clusterValues.parameters == ["name"])
        #expect(Route.status.parameters.isEmpty)
    }

    @Test("only query items with a value are sent")
    func query() {
        #expect(Route.status.path(query: [("after", nil), ("wait", "5")]) == "/api/v1/status?wait=5")
        #expect(Route.status.path(query: [("after", nil)]) == "/api/v1/status")
        let query = DocumentQuery(kind: .service, team: "demo", scope: .cluster("eu"), revision: 3)
        #expect(
            query.path(after: "x&y")
                == "/api/v1/documents?kind=Service&team=demo&scope=cluster%2Feu&revision=3&after=x%26y"
        )
    }

    @Test("every route is below the version's prefix and is there once")
    func routes() {
        #expect(Route.allCases.allSatisfy { $0.rawValue.hasPrefix("/api/v1/") })
        #expect(Set(Route.allCases.map(\.rawValue)).count == Route.allCases.count)
    }
}
