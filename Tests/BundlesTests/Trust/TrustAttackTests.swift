import JSON
import Testing

@testable import Bundles

/// Every attack of the threat model on a client's metadata, and the word that names it.
@Suite struct TrustAttackTests {
    /// What an attacker sends to a client that trusts generation 42.
    struct Attack: Sendable, CustomTestStringConvertible {
        let name: String
        let expected: BundleError.Code
        let files: @Sendable (TestFleet) throws -> MetadataSigner.ClusterMetadata
        var now = TestFleet.now

        var testDescription: String { "\(name) → \(expected.rawValue)" }
    }

    static let attacks: [Attack] = [
        Attack(name: "a byte of the signed timestamp changed", expected: .arbitrary) { fleet in
            try fleet.honest(43).replacing(timestamp: { try tampered($0) { $0["version"] = 44 } })
        },
        Attack(name: "a timestamp signed by a stranger under a strange key id", expected: .untrustedKey) { fleet in
            try fleet.metadata(try fleet.bundle(generation: 43), signers: .generated())
        },
        Attack(name: "a timestamp signed by a stranger under the role's key id", expected: .arbitrary) { fleet in
            let id = fleet.signers[.timestamp][0].keyID
            return try fleet.metadata(try fleet.bundle(generation: 43), signers: .generated())
                .replacing(timestamp: { try renamed($0, keyID: id) })
        },
        Attack(name: "a timestamp signed by the targets key", expected: .untrustedKey) { fleet in
            let key = fleet.signers[.targets]
            return try fleet.metadata(
                try fleet.bundle(generation: 43),
                signers: RoleSigners([.targets: key, .snapshot: key, .timestamp: key])
            )
        },
        Attack(name: "no signature at all", expected: .untrustedKey) { fleet in
            try fleet.honest(43).replacing(timestamp: { file in
                var envelope = try JSONValue(parsing: file)
                envelope["signatures"] = []
                return envelope.serialized()
            })
        },
        Attack(name: "an older generation replayed", expected: .rollback) { fleet in try fleet.honest(41) },
        Attack(name: "an older snapshot under a newer timestamp", expected: .rollback) { fleet in
            try fleet.metadata(try fleet.bundle(generation: 41), timestampVersion: 43)
        },
        Attack(name: "a generation far in the future", expected: .fastForward) { fleet in try fleet.honest(1 << 52) },
        Attack(name: "a version beyond every bound", expected: .malformed) { fleet in try fleet.honest(1 << 62) },
        Attack(
            name: "the last metadata repeated for days",
            expected: .freeze,
            files: { fleet in try fleet.honest(42) },
            now: TestFleet.now + 2 * MetadataTime.day
        ),
        Attack(
            name: "newer metadata that has expired",
            expected: .freeze,
            files: { fleet in try fleet.honest(43) },
            now: TestFleet.now + 2 * MetadataTime.day
        ),
        Attack(name: "the metadata of another cluster", expected: .wrongCluster) { fleet in
            try TestFleet(cluster: ClusterBinding(name: "other", id: "c-2"), signers: fleet.signers).honest(43)
        },
        Attack(name: "the metadata of a former cluster of the same name", expected: .wrongCluster) { fleet in
            try TestFleet(cluster: ClusterBinding(name: "demo", id: "c-0"), signers: fleet.signers).honest(43)
        },
        Attack(name: "metadata that names no cluster", expected: .wrongCluster) { fleet in
            let honest = try fleet.honest(43)
            let timestamp = TimestampMetadata(
                version: 43,
                expires: TestFleet.now + 60,
                snapshot: MetadataFile(version: 43, bytes: honest.snapshot),
                cluster: nil
            )
            let file = try SignedMetadata(signing: timestamp, with: fleet.signers[.timestamp]).bytes
            return try honest.replacing(timestamp: { _ in file })
        },
        Attack(name: "a snapshot in place of the timestamp", expected: .wrongRole) { fleet in
            let honest = try fleet.honest(43)
            return try honest.replacing(timestamp: { _ in honest.snapshot })
        },
        Attack(name: "the snapshot of an earlier publication", expected: .mixAndMatch) { fleet in
            let old = try fleet.honest(42)
            return try fleet.honest(43).replacing(snapshot: { _ in old.snapshot })
        },
        Attack(name: "targets of another publication", expected: .mixAndMatch) { fleet in
            let other = try fleet.metadata(try fleet.bundle(generation: 43, text: "other"))
            return try fleet.honest(43).replacing(targets: { _ in other.targets })
        },
        Attack(name: "a snapshot that does not end", expected: .endlessData) { fleet in
            try fleet.honest(43).replacing(snapshot: { $0 + [UInt8](repeating: 0x20, count: 100) })
        },
        Attack(name: "targets that do not end", expected: .endlessData) { fleet in
            try fleet.honest(43).replacing(targets: { $0 + [0x20] })
        },
        Attack(name: "a timestamp that does not end", expected: .endlessData) { fleet in
            try fleet.honest(43).replacing(timestamp: { $0 + [UInt8](repeating: 0x20, count: 20_000) })
        },
        Attack(name: "a member that occurs twice", expected: .malformed) { fleet in
            try fleet.honest(43).replacing(timestamp: { file in
                let text = String(decoding: file, as: UTF8.self)
                return Array(text.replacing("\"version\":43", with: "\"version\":43,\"version\":44").utf8)
            })
        },
        Attack(name: "a byte order mark", expected: .malformed) { fleet in
            try fleet.honest(43).replacing(timestamp: { [0xEF, 0xBB, 0xBF] + $0 })
        },
        Attack(name: "a number that is none", expected: .malformed) { fleet in
            try fleet.honest(43).replacing(timestamp: { file in
                Array(String(decoding: file, as: UTF8.self).replacing("\"version\":43", with: "\"version\":NaN").utf8)
            })
        },
        Attack(name: "a fraction, which canonical JSON does not have", expected: .malformed) { fleet in
            try fleet.honest(43).replacing(timestamp: { try tampered($0) { $0["version"] = 43.5 } })
        },
        Attack(name: "an integer beyond 64 bits", expected: .malformed) { fleet in
            try fleet.honest(43).replacing(timestamp: { file in
                let text = String(decoding: file, as: UTF8.self)
                return Array(text.replacing("\"version\":43", with: "\"version\":99999999999999999999").utf8)
            })
        },
        Attack(name: "a depth bomb", expected: .malformed) { fleet in
            try fleet.honest(43).replacing(timestamp: { _ in Array(String(repeating: "[", count: 15_000).utf8) })
        },
        Attack(name: "nothing", expected: .malformed) { fleet in
            try fleet.honest(43).replacing(timestamp: { _ in [] })
        },
        Attack(name: "a web page of a captive portal", expected: .malformed) { fleet in
            try fleet.honest(43).replacing(timestamp: { _ in Array("<html>Sign in</html>".utf8) })
        },
        Attack(name: "a signature that is repeated to reach the threshold", expected: .malformed) { fleet in
            try fleet.honest(43).replacing(timestamp: { file in
                var envelope = try JSONValue(parsing: file)
                let signature = envelope["signatures"]?[0] ?? .null
                envelope["signatures"] = [signature, signature]
                return envelope.serialized()
            })
        },
    ]

    @Test(arguments: attacks)
    func `the attack is named and nothing is taken over`(attack: Attack) throws {
        let fleet = try TestFleet()
        let before = try fleet.state(after: try fleet.honest(42))
        var update = TrustUpdate(before, now: attack.now)
        let files = try attack.files(fleet)
        #expect(code { try update.take(files) } == attack.expected)
        #expect(try update.state.bundle() == before.bundle())
    }

    @Test func `the high-water mark survives a restart`() throws {
        let fleet = try TestFleet()
        let stored = try fleet.state(after: try fleet.honest(42)).serialized()
        var update = TrustUpdate(try TrustedState(restoring: stored), now: TestFleet.now)
        let old = try fleet.honest(41)
        #expect(code { try update.take(old) } == .rollback)
    }

    @Test func `targets must state the totals of their layers`() throws {
        let fleet = try TestFleet()
        let bundle = try fleet.bundle(generation: 1)
        for field in ["objects", "layers", "generation"] {
            let honest = bundle.metadata(expires: TestFleet.now + 60)
            var custom = honest.custom ?? .null
            custom[field] = 0
            let lying = TargetsMetadata(version: 1, expires: honest.expires, targets: honest.targets, custom: custom)
            #expect(code { _ = try Bundle(lying) } == .malformed)
        }
    }
}

extension TestFleet {
    fileprivate func honest(_ generation: Int64) throws -> MetadataSigner.ClusterMetadata {
        try metadata(try bundle(generation: generation))
    }
}

extension MetadataSigner.ClusterMetadata {
    fileprivate func replacing(
        targets: ([UInt8]) throws -> [UInt8] = { $0 },
        snapshot: ([UInt8]) throws -> [UInt8] = { $0 },
        timestamp: ([UInt8]) throws -> [UInt8] = { $0 }
    ) throws -> MetadataSigner.ClusterMetadata {
        MetadataSigner.ClusterMetadata(
            targets: try targets(self.targets),
            snapshot: try snapshot(self.snapshot),
            timestamp: try timestamp(self.timestamp),
            delegated: delegated,
            generation: generation,
            timestampVersion: timestampVersion,
            expires: expires
        )
    }
}

private func renamed(_ file: [UInt8], keyID: String) throws -> [UInt8] {
    var envelope = try JSONValue(parsing: file)
    var signature = envelope["signatures"]?[0] ?? .null
    signature["keyid"] = .string(keyID)
    envelope["signatures"] = [signature]
    return envelope.serialized()
}
