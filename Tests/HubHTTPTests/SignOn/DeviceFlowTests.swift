import HTTPTypes
import HubAPI
import HubStore
import HubTestSupport
import SignOnTestSupport
import Testing
import Values

/// A command line that is let in by a person with a browser (RFC 8628).
@Suite struct DeviceFlowTests {
    @Test func `a person lets a command line in`() async throws {
        try await SignOnHub.with { hub in
            let device = try await hub.device()
            #expect(device.verificationURI == "https://hub.example.com/auth/device")
            #expect(device.verificationURIComplete == "\(device.verificationURI)?user_code=\(device.userCode)")
            #expect(device.expiresIn == 600 && device.interval == 5)
            #expect(try await hub.poll(device).oauthError() == .authorizationPending)

            let browser = try await hub.signedIn()
            let page = try await browser.get("/auth/device?user_code=\(device.userCode)")
            #expect(page.text.contains(device.userCode) && page.text.contains("laptop"))
            #expect(page.text.contains("alice@example.com"))
            #expect(
                page.field("Content-Security-Policy")?.contains("form-action 'self' https://id.example.com") == true
            )
            // Looking decides nothing.
            hub.hub.advance(by: .seconds(5))
            #expect(try await hub.poll(device).oauthError() == .authorizationPending)

            try await browser.decide(device.userCode, "allow")
            hub.hub.advance(by: .seconds(5))
            let tokens = try await hub.poll(device).message(IssuedTokens.self)
            #expect(tokens.expiresIn == 12 * 3_600)
            let identity = try #require(try await hub.identity(bearer: tokens.accessToken))
            #expect(identity.principal.name == "alice@example.com")
            #expect(identity.principal.grants == Set([Grant.team("web", .teamMember)].compactMap(\.self)))
            // The code is used up, for the device and for the page.
            #expect(try await hub.poll(device).oauthError() == .invalidGrant)
            #expect(try await browser.get("/auth/device?user_code=\(device.userCode)").status == 404)
        }
    }

    @Test func `a person may type the code as they like`() async throws {
        try await SignOnHub.with { hub in
            let device = try await hub.device()
            let browser = try await hub.signedIn()
            #expect(try await browser.get("/auth/device").text.contains("Enter the code"))
            let typed = device.userCode.lowercased().replacing("-", with: "%20")
            #expect(try await browser.get("/auth/device?user_code=\(typed)").status == 200)
        }
    }

    @Test func `nobody decides without a session`() async throws {
        try await SignOnHub.with { hub in
            let device = try await hub.device()
            let stranger = hub.browser
            let shown = try await stranger.get("/auth/device?user_code=\(device.userCode)")
            #expect(shown.status == 303)
            #expect(
                shown.headers[.location]
                    == "/auth/login?return=%2Fauth%2Fdevice%3Fuser_code%3D\(device.userCode)"
            )
            // Only a code is carried on.
            let odd = try await stranger.get("/auth/device?user_code=%22%3E%3Cscript%3E")
            #expect(odd.headers[.location] == "/auth/login?return=%2Fauth%2Fdevice")
            let decided = try await stranger.post(
                "/auth/device/decision",
                ["csrf": "x", "user_code": device.userCode, "decision": "allow"]
            )
            #expect(decided.headers[.location] == "/auth/login")
            #expect(try await hub.poll(device).oauthError() == .authorizationPending)
            // After signing in they are back at the page with the code.
            let browser = hub.browser
            let back = try await browser.signOn(at: hub.provider, to: "/auth/device?user_code=\(device.userCode)")
            #expect(back.headers[.location] == "/auth/device?user_code=\(device.userCode)")
        }
    }

    @Test func `another site cannot let a device in`() async throws {
        try await SignOnHub.with { hub in
            let device = try await hub.device()
            let browser = try await hub.signedIn()
            let token = try browser.formToken(of: try await browser.get("/auth/device?user_code=\(device.userCode)"))
            let path = "/auth/device/decision"
            let code = device.userCode
            let other = try await hub.signedIn(as: "bob")
            let foreign = try other.formToken(of: try await other.get("/auth/device"))
            for csrf in ["", "forged", foreign] {
                let form: KeyValuePairs = ["csrf": csrf, "user_code": code, "decision": "allow"]
                #expect(try await browser.post(path, form).status == 403)
            }
            let form: KeyValuePairs = ["csrf": token, "user_code": code, "decision": "allow"]
            #expect(try await browser.post(path, form, from: "https://evil.example.com").status == 403)
            #expect(try await browser.get("\(path)?csrf=\(token)&user_code=\(code)&decision=allow").status != 200)
            #expect(try await hub.poll(device).oauthError() == .authorizationPending)
        }
    }

    @Test func `a refused device is told so`() async throws {
        try await SignOnHub.with { hub in
            let device = try await hub.device()
            let browser = try await hub.signedIn()
            try await browser.decide(device.userCode, "deny")
            #expect(try await hub.poll(device).oauthError() == .accessDenied)
            #expect(try await hub.poll(device).oauthError() == .invalidGrant)
        }
    }

    @Test func `who asks too often is slowed down`() async throws {
        try await SignOnHub.with { hub in
            let device = try await hub.device()
            #expect(try await hub.poll(device).oauthError() == .authorizationPending)
            hub.hub.advance(by: .seconds(4))
            #expect(try await hub.poll(device).oauthError() == .slowDown)
            hub.hub.advance(by: .seconds(9))
            #expect(try await hub.poll(device).oauthError() == .slowDown)
            hub.hub.advance(by: .seconds(15))
            #expect(try await hub.poll(device).oauthError() == .authorizationPending)
        }
    }

    @Test func `codes count for ten minutes`() async throws {
        try await SignOnHub.with { hub in
            let device = try await hub.device()
            let browser = try await hub.signedIn()
            try await browser.decide(device.userCode, "allow")
            hub.hub.advance(by: .seconds(600))
            #expect(try await hub.poll(device).oauthError() == .expiredToken)
        }
    }

    @Test func `guessing codes is hopeless`() async throws {
        try await SignOnHub.with { hub in
            let device = try await hub.device()
            let browser = try await hub.signedIn()
            for _ in 0..<10 { #expect(try await browser.get("/auth/device?user_code=BBBB-BBBB").status == 404) }
            #expect(try await browser.get("/auth/device?user_code=BBBB-BBBC").status == 429)
            // Not even the right one, until a while has passed; and others are not kept out.
            #expect(try await browser.get("/auth/device?user_code=\(device.userCode)").status == 429)
            let other = try await hub.signedIn(as: "bob")
            #expect(try await other.get("/auth/device?user_code=\(device.userCode)").status == 200)
            hub.hub.advance(by: .seconds(31))
            #expect(try await browser.get("/auth/device?user_code=\(device.userCode)").status == 200)
        }
    }

    @Test func `requests that are none are refused`() async throws {
        try await SignOnHub.with { hub in
            let other = try await hub.form(.deviceAuthorization, ["client_id": "other"])
            #expect(try other.oauthError() == .invalidClient)
            #expect(try await hub.form(.token, [:]).oauthError() == .invalidClient)
            let id = DeviceFlow.clientID
            #expect(try await hub.form(.token, ["client_id": id]).oauthError() == .invalidRequest)
            #expect(
                try await hub.form(.token, ["client_id": id, "grant_type": "password"]).oauthError()
                    == .unsupportedGrantType
            )
            #expect(
                try await hub.form(.token, ["client_id": id, "client_id": id]).oauthError() == .invalidRequest
            )
            #expect(
                try await hub.form(
                    .token,
                    ["client_id": id, "grant_type": DeviceFlow.deviceGrant, "device_code": "guess"]
                ).oauthError() == .invalidGrant
            )
        }
    }

    @Test func `what a device calls itself is text and nothing else`() async throws {
        try await SignOnHub.with { hub in
            let device: DeviceAuthorization = try await hub.form(
                .deviceAuthorization,
                ["client_id": DeviceFlow.clientID, "device_name": "<img src=x onerror=alert(1)>\u{202E}"]
            ).message()
            let browser = try await hub.signedIn()
            let page = try await browser.get("/auth/device?user_code=\(device.userCode)")
            #expect(!page.text.contains("<img") && page.text.contains("&lt;img"))
            #expect(!page.text.contains("\u{202E}"))
        }
    }
}
