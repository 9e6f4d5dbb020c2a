import HubAPI
import JSON
import Platform
import Testing

@testable import OtomiCommands

@Suite struct AppCommandTests {
    private static let result: JSONValue = [
        "revision": 6, "unchanged": 0, "created": true,
        "changed": [["kind": "App", "name": "shop", "change": "changed"]],
    ]
    private static let shop: JSONValue = [
        "kind": "App", "name": "shop", "revision": 4, "author": "ann",
        "spec": [
            "chart": ["name": "shop", "version": "1.0.0", "repository": "https://charts.example.org"],
            "password": ["$secret": "reference"],
        ],
    ]
    private static let values: JSONValue = [
        "cluster": "eu", "revision": 4,
        "values": [
            "cluster": ["name": "eu"], "settings": [:],
            "apps": ["shop": (shop["spec"] ?? [:]).merging(["enabled": false])],
        ],
    ]

    @Test("the catalogue is listed without a hub")
    func list() async throws {
        let outcome = await otomi("app", "list", environment: [:])
        #expect(outcome.status == .success, "\(outcome.error)")
        #expect(outcome.output.hasPrefix("NAME "))
        let flux = try #require(outcome.output.split(separator: "\n").first { $0.hasPrefix("flux ") })
        #expect(flux.contains("Flux") && flux.contains("core") && flux.hasSuffix("always on"))
        #expect(await otomi("apps", "ls", "-o", "name").output.split(separator: "\n").contains("flux"))
    }

    @Test("with a cluster the list says what is on there, and why")
    func listOfCluster() async throws {
        let hub = FakeHub(["GET /api/v1/clusters/eu/values": [.json(Self.values)]])
        let outcome = await otomi("app", "list", "--cluster", "eu", hub: hub)
        let rows = outcome.output.split(separator: "\n")
        #expect(try #require(rows.first { $0.hasPrefix("flux ") }).hasSuffix("core"))
        let shop = try #require(rows.first { $0.hasPrefix("shop ") })
        #expect(shop.contains(" off ") && shop.hasSuffix("document"))
        let json = try JSONValue(parsing: await otomi("app", "list", "--cluster", "eu", "-o", "json", hub: hub).output)
        let entry = json.arrayValue?.first { $0["name"] == "flux" }
        #expect(entry?["enabled"] == true)
        #expect(entry?["reason"] == "core")
        let names = await otomi("app", "list", "--cluster", "eu", "-o", "name", hub: hub).output
        #expect(!names.contains("shop"))
    }

    @Test("an app is shown with where it comes from")
    func show() async {
        let outcome = await otomi("app", "show", "flux")
        #expect(outcome.output.contains("Namespace   flux-system\n"))
        #expect(outcome.output.contains("Default     always on\n"))
        #expect(await otomi("app", "show", "fluks").status == .notFound)
    }

    @Test("enabling writes the document at its scope and keeps what it says")
    func enable() async {
        let hub = FakeHub([
            "GET /api/v1/documents": [.json(["items": [Self.shop]])], "POST /api/v1/commits": [.json(Self.result)],
        ])
        let outcome = await otomi("app", "enable", "shop", hub: hub)
        #expect(outcome.status == .success, "\(outcome.error)")
        #expect(outcome.output.hasPrefix("Revision 6: 1 changed"))
        let body = hub.requests.last?.body
        #expect(body?["message"] == "Enable app shop")
        #expect(body?["base"] == 4)
        #expect(body?["put"]?[0]?["spec"]?["enabled"] == true)
        #expect(body?["put"]?[0]?["spec"]?["password"] == ["$secret": "reference"])
    }

    @Test("a cluster or a group gets a document of its own")
    func scopes() async {
        func put(_ option: String, _ name: String) async -> JSONValue? {
            let hub = FakeHub([
                "GET /api/v1/documents": [.json(["items": [Self.shop]])], "POST /api/v1/commits": [.json(Self.result)],
            ])
            _ = await otomi("app", "disable", "shop", option, name, "-m", "too dear", hub: hub)
            #expect(hub.requests.last?.body?["message"] == "too dear")
            return hub.requests.last?.body?["put"]?[0]
        }
        #expect(
            await put("--cluster", "eu")
                == ["kind": "App", "scope": "cluster/eu", "name": "shop", "spec": ["enabled": false]]
        )
        #expect(
            await put("--group", "lab") == [
                "kind": "App", "scope": "group/lab", "name": "shop", "spec": ["enabled": false],
            ]
        )
        #expect(await otomi("app", "disable", "shop", "--cluster", "a", "--group", "b").status == .usage)
    }

    @Test("a core app cannot be switched off")
    func core() async {
        let hub = FakeHub()
        let outcome = await otomi("app", "disable", "flux", hub: hub)
        #expect(outcome.status == .notAllowed)
        #expect(outcome.error.contains("flux is a core app, which is always on"))
        #expect(outcome.error.contains("installsApps"))
        #expect(hub.requests.isEmpty)
    }

    @Test("an app that nobody knows is exit code 3")
    func unknown() async {
        let hub = FakeHub(["GET /api/v1/documents": [.json(["items": []])]])
        let outcome = await otomi("app", "enable", "fluks", hub: hub)
        #expect(outcome.status == .notFound)
        #expect(outcome.error.contains("otomi app list"))
        #expect(hub.requests.count == 1)
    }

    @Test("what comes along is named")
    func companions() throws {
        func entry(_ classes: JSONValue, _ dependencies: JSONValue) -> JSONValue {
            let entry: JSONValue = [
                "title": "T", "description": "D.", "appVersion": "1", "classes": classes, "dependsOn": dependencies,
                "namespace": ["name": "any"],
            ]
            return classes == ["core"] ? entry : entry.merging(["enabled": false])
        }
        let catalogue = try Catalogue([
            "mesh": entry(["core"], []), "store": entry(["optional"], ["mesh"]), "shop": entry(["optional"], ["store"]),
        ])
        #expect(
            AppSwitch.note("shop", isOn: true, in: catalogue)
                == "shop needs store, which it switches on where they are off."
        )
        #expect(AppSwitch.note("store", isOn: true, in: catalogue) == nil)
        #expect(
            AppSwitch.note("store", isOn: false, in: catalogue) == "Needed by shop; none of them can be on without it."
        )
        #expect(AppSwitch.note("shop", isOn: false, in: catalogue) == nil)
    }
}
