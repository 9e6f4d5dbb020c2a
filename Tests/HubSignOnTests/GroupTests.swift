import HTTPTransport
import HubSignOn
import JSON
import SignOnTestSupport
import Testing
import Values

/// What becomes of the groups that a provider knows.
@Suite struct GroupTests {
    private static func team(_ name: String, _ role: Role) -> Grant { Grant.team(name, role) ?? .auditor }

    @Test func `the standard mapping knows platform and teams`() {
        let grants = GroupMapping.standard.grants(for: [
            "platform-admin", "team-web", "team-ops-admin", "team-", "team-UPPER", "everybody", "xteam-web",
        ])
        #expect(grants == [.platformAdmin, Self.team("web", .teamMember), Self.team("ops", .teamAdmin)])
        #expect(GroupMapping.standard.grants(for: ["platform-auditor"]) == [.auditor])
        #expect(GroupMapping.standard.grants(for: []).isEmpty)
    }

    @Test func `a file says otherwise`() throws {
        let mapping = try GroupMapping(
            parsing: Array(
                """
                {"rules": [
                  {"group": "0f8a2c1e-admins", "role": "platformAdmin"},
                  {"group": "/fleet/{team}/owners", "role": "teamAdmin"},
                  {"group": "9b1d", "role": "teamMember", "team": "web"}
                ]}
                """.utf8
            )
        )
        let grants = mapping.grants(for: ["0f8a2c1e-admins", "/fleet/ops/owners", "9b1d", "platform-admin"])
        #expect(grants == [.platformAdmin, Self.team("ops", .teamAdmin), Self.team("web", .teamMember)])
    }

    @Test(arguments: [
        "", "[]", #"{"rules": {}}"#,
        #"{"rules": [{"group": "a"}]}"#,
        #"{"rules": [{"group": "a", "role": "owner"}]}"#,
        #"{"rules": [{"group": "", "role": "auditor"}]}"#,
        #"{"rules": [{"group": "a", "role": "teamAdmin"}]}"#,
        #"{"rules": [{"group": "a", "role": "auditor", "team": "web"}]}"#,
        #"{"rules": [{"group": "{team}", "role": "auditor"}]}"#,
        #"{"rules": [{"group": "{team}-{team}", "role": "teamAdmin"}]}"#,
        #"{"rules": [{"group": "a", "role": "teamAdmin", "team": "NOT A NAME"}]}"#,
        #"{"rules": [{"group": "a", "role": "auditor", "tem": "web"}]}"#,
    ])
    func `a file with a mistake is refused whole`(_ text: String) {
        let error = #expect(throws: SignOnError.self) { try GroupMapping(parsing: Array(text.utf8)) }
        #expect(error?.code == .configuration)
    }

    @Test func `groups may be nested or named by an address`() async throws {
        let nested = try SignOn(claim: "realm_access.roles")
        nested.provider.change {
            $0.claims = ["realm_access": ["roles": ["platform-admin"]]]
        }
        #expect(try await nested.run().grants == [.platformAdmin])
        let named = try SignOn(claim: "https://example.com/groups")
        named.provider.change { $0.claims = ["https://example.com/groups": "platform-auditor"] }
        #expect(try await named.run().grants == [.auditor])
    }

    @Test func `the userinfo is asked when the token has no groups`() async throws {
        let signOn = try SignOn()
        signOn.provider.change {
            $0.claims["groups"] = .null
            $0.userinfo = ["sub": "alice", "groups": ["platform-auditor"], "email": "evil@example.com"]
        }
        let person = try await signOn.run()
        #expect(person.grants == [.auditor])
        // What is signed counts more.
        #expect(person.email == "alice@example.com")
        #expect(signOn.provider.last("/userinfo")?.headers["Authorization"] == "Bearer access-1")
    }

    @Test func `the userinfo of somebody else is refused`() async throws {
        let signOn = try SignOn()
        signOn.provider.change {
            $0.claims["groups"] = .null
            $0.userinfo = ["sub": "bob", "groups": ["platform-admin"]]
        }
        #expect(await signOn.failure() == .provider)
    }

    @Test func `nobody loses rights because the userinfo does not answer`() async throws {
        let signOn = try SignOn()
        signOn.provider.change {
            $0.claims["groups"] = .null
            $0.silent = ["/userinfo"]
        }
        #expect(await signOn.failure() == .unavailable)
    }

    @Test func `groups that are left out are not taken for none`() async throws {
        let signOn = try SignOn()
        signOn.provider.change {
            $0.claims = ["groups": .null, "_claim_names": ["groups": "src1"]]
            $0.metadata["userinfo_endpoint"] = .null
        }
        #expect(await signOn.failure() == .provider)
    }

    @Test func `an address that is not verified is not used`() async throws {
        let signOn = try SignOn()
        for claim in [false, "false", .null, 1] as [JSONValue] {
            signOn.provider.change { $0.claims = ["email_verified": claim] }
            let person = try await signOn.run()
            #expect(person.email == nil && person.subject == "alice" && person.preferredName == "alice")
        }
        signOn.provider.change { $0.claims = ["email_verified": "true"] }
        #expect(try await signOn.run().email == "alice@example.com")
    }

    @Test func `names hold nothing that cannot be seen`() async throws {
        let signOn = try SignOn()
        signOn.provider.change { $0.claims = ["name": "Al\u{202E}ice\u{0000}\n"] }
        #expect(try await signOn.run().name == "Alice")
        signOn.provider.change { $0.claims = ["name": .string(String(repeating: "x", count: 5_000))] }
        #expect(try await signOn.run().name.count == 200)
    }
}
