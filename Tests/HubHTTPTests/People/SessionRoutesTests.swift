import HTTPTypes
import HubAPI
import HubStore
import HubTestSupport
import JSON
import Testing
import Values

@testable import HubHTTP

/// A browser: it keeps the cookie, and says where its requests come from.
struct Browser {
    static let origin = "http://localhost"

    let caller: HubCaller
    var cookie: String?
    var csrf: String?

    init(_ caller: HubCaller) { self.caller = caller.with(token: nil) }

    static func fields(_ pairs: KeyValuePairs<String, String>) -> HTTPFields {
        var fields = HTTPFields()
        for (name, value) in pairs { if let name = HTTPField.Name(name) { fields[name] = value } }
        return fields
    }

    mutating func signIn(_ name: String = "alice", _ password: String = "four small grey cats") async throws {
        let answer = try await caller.post(Route.session.path(), SignInRequest(name: name, password: password))
        csrf = try answer.message(SessionEntry.self).csrfToken
        let field = try #require(answer.headers[.setCookie])
        cookie = String(field.prefix { $0 != ";" })
    }

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ more: KeyValuePairs<String, String> = ["Sec-Fetch-Site": "same-origin"],
        csrf token: String? = nil,
        body: JSONValue? = nil
    ) async throws -> HubAnswer {
        var fields = Self.fields(more)
        fields[.cookie] = cookie
        if let name = HTTPField.Name("X-CSRF-Token") { fields[name] = token ?? csrf }
        return try await caller.send(method, path, headers: fields, body: body?.serialized())
    }
}

extension HubTest {
    /// Adds somebody with a password.
    func addPerson(_ name: String, _ grants: Set<Grant>, password: String = "four small grey cats") async throws {
        try await store.createPerson(NewPerson(name: name, grants: grants))
        try await store.setPassword(of: name, to: password)
    }
}

@Suite struct SessionRoutesTests {
    @Test func `a person signs in, is known, and signs out`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.addPerson("alice", [.platformAdmin])
            var browser = Browser(caller)
            try await browser.signIn()
            let entry = try await browser.send(.get, Route.session.path()).message(SessionEntry.self)
            #expect(
                entry.name == "alice" && entry.kind == "person" && entry.grants == [RoleGrant(role: "platformAdmin")]
            )
            #expect(entry.csrfToken == browser.csrf && entry.token == nil && entry.tier == nil)
            #expect(try await browser.send(.get, Route.clusters.path()).status == 200)
            let out = try await browser.send(.delete, Route.session.path())
            #expect(out.status == 204)
            #expect(out.headers[.setCookie]?.contains("Max-Age=0") == true)
            try await browser.send(.get, Route.session.path()).problem(.unauthenticated)
        }
    }

    @Test func `signing in again rotates the session`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.addPerson("alice", [.auditor])
            var browser = Browser(caller)
            try await browser.signIn()
            let first = browser
            let again = try await browser.send(
                .post,
                Route.session.path(),
                body: ["name": "alice", "password": "four small grey cats"]
            )
            browser.cookie = again.headers[.setCookie].map { String($0.prefix { $0 != ";" }) }
            #expect(browser.cookie != nil && browser.cookie != first.cookie)
            try await first.send(.get, Route.session.path()).problem(.unauthenticated)
            #expect(try await browser.send(.get, Route.session.path()).status == 200)
        }
    }

    @Test func `the command line's session is a bearer token and no cookie`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.addPerson("alice", [.platformAdmin])
            _ = try await caller.addCluster("paris", labels: ["tier": "prod"])
            let answer = try await caller.with(token: nil).post(
                Route.session.path(),
                SignInRequest(name: "alice", password: "four small grey cats", isForCommandLine: true)
            )
            let entry = try answer.message(SessionEntry.self)
            #expect(answer.headers[.setCookie] == nil && entry.csrfToken == nil && entry.tier == "prod")
            #expect(answer.headers[.cacheControl] == "no-store")
            let alice = caller.with(token: entry.token)
            #expect(try await alice.delete(Route.cluster.path("paris")).status == 204)
            let cookie = "\(SessionCookie.loopbackName)=\(entry.token ?? "")"
            try await caller.with(token: nil).send(.get, Route.session.path(), headers: [.cookie: cookie])
                .problem(.unauthenticated)
            #expect(try await alice.delete(Route.session.path()).status == 204)
            try await alice.get(Route.session.path()).problem(.unauthenticated)
        }
    }

    @Test func `who is refused learns nothing, and is told to wait after five failures`() async throws {
        try await HubTest.with { hub, caller in
            try await hub.addPerson("alice", [.auditor])
            var details: Set<String> = []
            for name in ["alice", "nobody"] {
                for _ in 0..<5 {
                    let request = SignInRequest(name: name, password: "wrong")
                    let answer = try await caller.with(token: nil).post(Route.session.path(), request)
                    details.insert(try answer.problem(.unauthenticated).detail)
                }
                let request = SignInRequest(name: name, password: "four small grey cats")
                let locked = try await caller.with(token: nil).post(Route.session.path(), request)
                details.insert(try locked.problem(.tooManyRequests).detail)
                #expect(locked.headers[.retryAfter] != nil)
            }
            #expect(details.count == 2)
        }
    }

    @Test func `one's password is set with a code, or with the one before`() async throws {
        try await HubTest.with { hub, caller in
            let added = try await caller.post(Route.people.path(), NewPersonRequest(name: "alice"))
                .message(PersonWithCode.self)
            let anyone = caller.with(token: nil)
            let first = PasswordChange(.code(added.code), password: "four small grey cats")
            #expect(try await anyone.post(Route.password.path(), first).message(PersonEntry.self).hasPassword)
            try await anyone.post(Route.password.path(), first).problem(.unauthenticated)
            let wrong = PasswordChange(.current(name: "alice", password: "x"), password: "five small grey cats")
            try await anyone.post(Route.password.path(), wrong).problem(.unauthenticated)
            let right = PasswordChange(
                .current(name: "alice", password: "four small grey cats"),
                password: "five small grey cats"
            )
            #expect(try await anyone.post(Route.password.path(), right).status == 200)
            var browser = Browser(caller)
            try await browser.signIn("alice", "five small grey cats")
        }
    }
}

/// What another site can make a browser do with the person's cookie.
@Suite struct CrossSiteTests {
    private static let other = "https://evil.example"

    /// A change, and whether it is let through.
    struct Case: Sendable, CustomTestStringConvertible {
        let fields: [(String, String)]
        var csrf: String??
        let isLetThrough: Bool

        var testDescription: String { "\(fields), \(String(describing: csrf))" }
    }

    static let cases = [
        Case(fields: [("Sec-Fetch-Site", "same-origin")], isLetThrough: true),
        Case(fields: [("Origin", Browser.origin)], isLetThrough: true),
        Case(fields: [("Sec-Fetch-Site", "same-origin"), ("Origin", Browser.origin)], isLetThrough: true),
        Case(fields: [], isLetThrough: false),
        Case(fields: [("Sec-Fetch-Site", "cross-site")], isLetThrough: false),
        Case(fields: [("Sec-Fetch-Site", "same-site")], isLetThrough: false),
        Case(fields: [("Sec-Fetch-Site", "none")], isLetThrough: false),
        Case(fields: [("Origin", other)], isLetThrough: false),
        Case(fields: [("Origin", "null")], isLetThrough: false),
        Case(fields: [("Sec-Fetch-Site", "same-origin"), ("Origin", "null")], isLetThrough: true),
        Case(fields: [("Sec-Fetch-Site", "cross-site"), ("Origin", "null")], isLetThrough: false),
        Case(fields: [("Origin", Browser.origin + ".evil.example")], isLetThrough: false),
        Case(fields: [("Sec-Fetch-Site", "same-origin"), ("Origin", other)], isLetThrough: false),
        Case(fields: [("Sec-Fetch-Site", "cross-site"), ("Origin", Browser.origin)], isLetThrough: false),
        Case(fields: [("Sec-Fetch-Site", "same-origin")], csrf: .some(nil), isLetThrough: false),
        Case(fields: [("Sec-Fetch-Site", "same-origin")], csrf: "", isLetThrough: false),
        Case(fields: [("Sec-Fetch-Site", "same-origin")], csrf: "00", isLetThrough: false),
        Case(
            fields: [("Sec-Fetch-Site", "same-origin")],
            csrf: .some(CrossSiteGuard.token(of: "otomi_session_another")),
            isLetThrough: false
        ),
    ]

    @Test(arguments: cases)
    func `a change with the cookie needs both proofs`(_ test: Case) async throws {
        try await HubTest.with { hub, caller in
            try await hub.addPerson("alice", [.platformAdmin])
            var browser = Browser(caller)
            try await browser.signIn()
            var fields = HTTPFields()
            for (name, value) in test.fields { fields[try #require(HTTPField.Name(name))] = value }
            fields[.cookie] = browser.cookie
            fields[try #require(HTTPField.Name("X-CSRF-Token"))] = test.csrf ?? browser.csrf
            let body = NewCluster(name: "paris", provider: "aws", region: "eu").json.serialized()
            let answer = try await browser.caller.send(.post, Route.clusters.path(), headers: fields, body: body)
            if test.isLetThrough { #expect(answer.status == 201) } else { try answer.problem(.forbidden) }
            #expect(try await hub.store.allClusters().isEmpty != test.isLetThrough)
        }
    }

    @Test func `reading needs no proof, a bearer token never does, and beside one the cookie does not count`()
        async throws
    {
        try await HubTest.with { hub, caller in
            try await hub.addPerson("alice", [.auditor])
            var browser = Browser(caller)
            try await browser.signIn()
            #expect(try await browser.send(.get, Route.clusters.path(), ["Sec-Fetch-Site": "none"]).status == 200)
            let body = NewCluster(name: "paris", provider: "aws", region: "eu").json.serialized()
            var fields: HTTPFields = [.origin: Self.other]
            fields[.cookie] = browser.cookie
            #expect(try await caller.send(.post, Route.clusters.path(), headers: fields, body: body).status == 201)
            try await caller.with(token: "otomi_wrong").send(.get, Route.clusters.path(), headers: fields)
                .problem(.unauthenticated)
        }
    }

    @Test(arguments: [Route.session, Route.password])
    func `another site cannot sign a browser in`(route: Route) async throws {
        try await HubTest.with { _, caller in
            let body = SignInRequest(name: "alice", password: "x").json.serialized()
            try await caller.with(token: nil).send(.post, route.path(), headers: [.origin: Self.other], body: body)
                .problem(.forbidden)
        }
    }
}
