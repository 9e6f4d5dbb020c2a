import Foundation
import JSON
import Testing

@testable import Values

/// The table of permissions: every role, every action, on the platform and on teams.
@Suite struct AccessTableTests {
    private static let member = principal(.team("own", .teamMember))
    private static let admin = principal(.team("own", .teamAdmin))
    private static let auditor = principal(.auditor)

    private static func principal(_ grants: Grant?...) -> Principal {
        Principal(kind: .person, name: "alice", grants: Set(grants.compactMap(\.self)))
    }

    @Test(arguments: Action.allCases) func `a platform admin may do everything`(action: Action) {
        let admin = Self.principal(.platformAdmin)
        for subject in [Access.Subject.platform, .team("own"), .team("other")] {
            #expect(admin.access(to: action, on: subject) == .allowed)
        }
    }

    @Test(arguments: Action.allCases) func `other teams do not exist for a team's people`(action: Action) {
        for person in [Self.member, Self.admin] where !action.rule.isForEverybody {
            #expect(person.access(to: action, on: .team("other")) == .hidden)
        }
    }

    @Test(arguments: Action.allCases) func `who has no role may do nothing but look at themselves`(action: Action) {
        let nobody = Self.principal()
        let own: Set<Action> = [.readOwnAccount, .changeOwnAccount, .readPermissions]
        #expect(nobody.reaches(action) == own.contains(action))
        if !own.contains(action) {
            #expect(nobody.access(to: action, on: .platform) == .refused)
            #expect(nobody.access(to: action, on: .team("own")) == .hidden)
        }
    }

    @Test(arguments: Action.allCases) func `an auditor reads everything and changes nothing`(action: Action) {
        // A plan changes nothing.
        let alsoReads: Set<Action> = [.listClusters, .showCluster, .verifyAudit, .planChanges]
        let reads = action.rawValue.hasPrefix("read") || alsoReads.contains(action)
        let own: Set<Action> = [.changeOwnAccount, .changeTokens]
        let expected: Access = reads || own.contains(action) ? .allowed : .refused
        #expect(Self.auditor.access(to: action, on: .platform) == expected)
    }

    @Test(arguments: Action.allCases) func `a team's admin may what its members may`(action: Action) {
        for subject in [Access.Subject.platform, .team("own"), .team("other")]
        where Self.member.access(to: action, on: subject) == .allowed {
            #expect(Self.admin.access(to: action, on: subject) == .allowed)
        }
    }

    @Test func `the best of several roles counts`() {
        let both = Self.principal(.team("a", .teamMember), .team("b", .teamAdmin), .auditor)
        #expect(both.access(to: .commitDocuments, on: .team("a")) == .allowed)
        #expect(both.access(to: .commitDocuments, on: .team("c")) == .refused, "an auditor may know that it exists")
        #expect(both.access(to: .readDocuments, on: .team("c")) == .allowed)
        #expect(both.access(to: .addCluster, on: .platform) == .refused)
    }

    @Test func `the page is what the table prints`() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/permissions.md")
        if ProcessInfo.processInfo.environment["OTOMI_RECORD_GOLDEN"] == "1" {
            try Data(PermissionsPage.text.utf8).write(to: page)
        }
        let written = try String(contentsOf: page, encoding: .utf8)
        #expect(written == PermissionsPage.text, "OTOMI_RECORD_GOLDEN=1 writes docs/permissions.md anew")
    }
}
