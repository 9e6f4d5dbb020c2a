import Bundles
import Crypto
import HTTPTypes
import HubAPI
import HubStore
import HubTestSupport
import JSON
import SignOnTestSupport
import Testing
import Values

/// Signing in and out at an identity provider, as a browser does.
@Suite struct SignOnRoutesTests {
    @Test func `a browser comes back signed in`() async throws {
        try await SignOnHub.with { hub in
            let browser = hub.browser
            let begun = try await browser.get("/auth/login?return=%2Fclusters")
            let url = try #require(begun.headers[.location])
            #expect(url.hasPrefix("https://id.example.com/realms/fleet/authorize?"))
            #expect(url.contains("redirect_uri=https%3A%2F%2Fhub.example.com%2Fauth%2Fcallback"))
            let cookie = try #require(begun.headers[.setCookie])
            #expect(cookie.hasPrefix("__Host-otomi-sign-on="))
            for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"] {
                #expect(cookie.contains(attribute))
            }
            let back = try await browser.signOn(at: hub.provider, to: "/clusters")
            #expect(back.status == 303)
            #expect(back.headers[.location] == "/clusters")
            #expect(browser.cookies.keys.sorted() == ["__Host-otomi"])
            let credential = try browser.credential()
            let identity = try #require(try await hub.hub.store.identify(credential))
            #expect(identity.principal.name == "alice@example.com")
            #expect(identity.principal.grants == Set([Grant.team("web", .teamMember)].compactMap(\.self)))
        }
    }

    @Test func `the next sign in replaces what the groups gave and nothing else`() async throws {
        try await SignOnHub.with { hub in
            _ = try await hub.signedIn()
            try await hub.hub.store.grant(.auditor, to: "alice@example.com")
            hub.provider.change { $0.claims = ["groups": ["team-ops-admin"]] }
            _ = try await hub.signedIn()
            let person = try await hub.hub.store.person(named: "alice@example.com")
            let ops = try #require(Grant.team("ops", .teamAdmin))
            #expect(
                Set(person.grants) == [
                    HeldGrant(grant: .auditor, source: .local), HeldGrant(grant: ops, source: .oidc),
                ]
            )
            hub.provider.change { $0.claims = ["groups": []] }
            _ = try await hub.signedIn()
            #expect(try await hub.hub.store.person(named: "alice@example.com").grants.map(\.grant) == [.auditor])
        }
    }

    @Test func `a new session ends the old one of the browser`() async throws {
        try await SignOnHub.with { hub in
            let browser = try await hub.signedIn()
            let old = try browser.credential()
            _ = try await browser.signOn(at: hub.provider)
            #expect(try await hub.hub.store.identify(old) == nil)
        }
    }

    // MARK: - Answers that are not taken

    @Test func `another browser cannot finish a sign in`() async throws {
        try await SignOnHub.with { hub in
            let victim = hub.browser
            let callback = try await hub.browser.callback(at: hub.provider, as: "mallory")
            // The attacker's own answer is planted in the victim's browser.
            let answer = try await victim.get(callback)
            #expect(answer.status == 400)
            #expect(victim.session == nil)
            _ = try await victim.get("/auth/login")
            #expect(try await victim.get(callback).status == 400)
            #expect(victim.session == nil)
        }
    }

    @Test func `an answer counts once and for ten minutes`() async throws {
        try await SignOnHub.with { hub in
            let browser = hub.browser
            let callback = try await browser.callback(at: hub.provider)
            let cookies = browser.cookies
            #expect(try await browser.get(callback).status == 303)
            browser.adopt(cookies)
            #expect(try await browser.get(callback).status == 400)
            let late = try await browser.callback(at: hub.provider)
            hub.hub.advance(by: HubStore.signOnLifetime)
            #expect(try await browser.get(late).status == 400)
        }
    }

    @Test(arguments: ["", "?", "?state=a&state=b", "?code=a", "?state=%zz", "?error=access_denied"])
    func `callbacks that nobody began are refused`(_ query: String) async throws {
        try await SignOnHub.with { hub in
            let answer = try await hub.browser.get("/auth/callback\(query)")
            #expect(answer.status == 400)
            #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
        }
    }

    @Test(arguments: [
        "https://evil.example.com/", "//evil.example.com", "/\\evil.example.com", "/\t/evil.example.com", "evil",
        "javascript:alert(1)", "/a\r\nSet-Cookie: x=y", "\\\\evil.example.com", "/auth/login", "/auth/logout",
        "/ä", "",
    ])
    func `nobody is sent away from the hub`(_ path: String) async throws {
        try await SignOnHub.with { hub in
            let answer = try await hub.browser.signOn(at: hub.provider, to: path)
            #expect(answer.headers[.location] == "/")
        }
    }

    @Test func `pages of failures tell nothing of the inside`() async throws {
        try await SignOnHub.with { hub in
            hub.provider.change { $0.claims = ["aud": "<script>another</script>"] }
            let answer = try await hub.browser.signOn(at: hub.provider)
            #expect(answer.status == 502)
            for word in ["audience", "another", "otomi-hub'", "script>another", "id.example.com", "SignOnError"] {
                #expect(!answer.text.contains(word), "\(word)")
            }
            hub.provider.change { $0.silent = ["/token"] }
            #expect(try await hub.browser.signOn(at: hub.provider).status == 503)
        }
    }

    @Test func `somebody who is disabled is not let in`() async throws {
        try await SignOnHub.with { hub in
            _ = try await hub.signedIn()
            try await hub.hub.store.disablePerson(named: "alice@example.com")
            let browser = hub.browser
            #expect(try await browser.signOn(at: hub.provider).status == 403)
            #expect(browser.session == nil)
        }
    }

    @Test func `a name never makes somebody another person`() async throws {
        try await SignOnHub.with { hub in
            try await hub.hub.store.createPerson(NewPerson(name: "alice@example.com", grants: [.platformAdmin]))
            let browser = hub.browser
            #expect(try await browser.signOn(at: hub.provider).status == 409)
            #expect(browser.session == nil)
        }
    }

    // MARK: - Signing out

    @Test func `signing out ends both sessions`() async throws {
        try await SignOnHub.with { hub in
            let browser = try await hub.signedIn()
            let credential = try browser.credential()
            let token = try browser.formToken(of: try await browser.get("/auth/device"))
            #expect(try await browser.post("/auth/logout", ["csrf": "forged"]).status == 403)
            #expect(
                try await browser.post("/auth/logout", ["csrf": token], from: "https://evil.example.com").status == 403
            )
            #expect(try await hub.hub.store.identify(credential) != nil)
            let answer = try await browser.post("/auth/logout", ["csrf": token])
            #expect(answer.status == 303)
            let location = try #require(answer.headers[.location])
            #expect(location.hasPrefix("https://id.example.com/realms/fleet/logout?id_token_hint=e"))
            #expect(
                location.contains("post_logout_redirect_uri=https%3A%2F%2Fhub.example.com%2Fauth%2Fsigned-out")
            )
            #expect(browser.session == nil)
            #expect(try await hub.hub.store.identify(credential) == nil)
            #expect(try await browser.get("/auth/signed-out").status == 200)
        }
    }

    // MARK: - Local accounts

    @Test func `without a provider people sign in with a password`() async throws {
        try await SignOnHub.with(hasProvider: false) { hub in
            let password = "correct horse battery staple"
            try await hub.hub.store.createPerson(NewPerson(name: "bob"))
            try await hub.hub.store.setPassword(of: "bob", to: password)
            let browser = hub.browser
            let page = try await browser.get("/auth/login?return=%2Fauth%2Fdevice%3Fuser_code%3DBCDF-GHJK")
            #expect(page.status == 200)
            #expect(page.text.contains(#"value="/auth/device?user_code=BCDF-GHJK""#))
            let wrong = try await browser.post(
                "/auth/password",
                ["name": "bob", "password": "wrong", "return": "/\"><script>"]
            )
            #expect(wrong.status == 401)
            #expect(!wrong.text.contains("<script>"))
            #expect(browser.session == nil)
            let form: KeyValuePairs = ["name": "bob", "password": password, "return": "/auth/device"]
            #expect(try await browser.post("/auth/password", form, from: "https://evil.example.com").status == 403)
            #expect(browser.session == nil)
            let right = try await browser.post("/auth/password", form)
            #expect(right.status == 303)
            #expect(right.headers[.location] == "/auth/device")
            #expect(browser.session != nil)
        }
    }

    // MARK: - Pages

    @Test func `pages allow nothing but their own style`() async throws {
        try await SignOnHub.with { hub in
            for path in ["/auth/login?method=password", "/auth/signed-out", "/auth/callback"] {
                let page = try await hub.browser.get(path)
                let policy = try #require(page.field("Content-Security-Policy"))
                #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
                #expect(!policy.contains("unsafe"))
                let start = try #require(page.text.firstRange(of: "<style>")?.upperBound)
                let end = try #require(page.text.firstRange(of: "</style>")?.lowerBound)
                let hash = Base64.encode(Array(SHA256.hash(data: Array(page.text[start..<end].utf8))))
                #expect(policy.contains("style-src 'sha256-\(hash)'"))
                #expect(page.headers[.cacheControl] == "no-store")
                for word in ["<script", " style=", "http://", "https://", "onclick"] {
                    #expect(!page.text.contains(word), "\(path): \(word)")
                }
                #expect(page.text.contains(#"<html lang="en">"#) && page.text.contains("width=device-width"))
            }
        }
    }
}
