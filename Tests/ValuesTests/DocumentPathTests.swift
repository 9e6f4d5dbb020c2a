import Testing
import Values

@Suite struct DocumentPathTests {
    @Test(arguments: [
        ("app/harbor", "App harbor"), ("service/demo/hello", "Service demo/hello"), ("Teams/demo", "Team demo"),
        ("team/demo@group/eu", "Team demo at group/eu"), ("cluster/paris", "Cluster paris at cluster/paris"),
        ("job/demo/nightly@cluster/paris", "Job demo/nightly at cluster/paris"),
    ])
    func `one word names a document`(text: String, id: String) throws {
        let found = try #require(DocumentPath(text)?.id())
        #expect(found.description == id)
        let again = DocumentPath(found)
        #expect(again.id() == found)
        #expect(DocumentPath(again.description) == again)
    }

    @Test func `a team that the word does not say comes from elsewhere, or is missing`() {
        #expect(DocumentPath("service/hello")?.id() == nil)
        #expect(DocumentPath("service/hello")?.id(team: "demo")?.description == "Service demo/hello")
        #expect(DocumentPath("service/demo/hello")?.id(team: "other")?.team == "demo")
        #expect(DocumentPath("app/harbor")?.id(team: "demo")?.team == nil)
    }

    @Test(arguments: ["", "app", "app/", "/harbor", "pod/x", "app/a/b", "service/a/b/c", "app/x@", "app/x@zone/eu"])
    func `what is no document is none`(text: String) {
        #expect(DocumentPath(text) == nil)
    }
}
