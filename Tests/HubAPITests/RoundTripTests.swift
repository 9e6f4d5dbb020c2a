import JSON
import Testing
import Values

@testable import HubAPI

@Suite struct RoundTripTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let json: JSONValue
        let again: @Sendable (JSONValue) throws -> JSONValue

        init<Wire: JSONRepresentable & SendableMetatype>(_ type: Wire.Type, _ json: JSONValue) {
            self.testDescription = "\(type)"
            self.json = json
            self.again = { json in try Wire(json: json).json }
        }
    }

    private static let document: JSONValue = [
        "kind": "Service", "team": "demo", "name": "hello", "spec": ["port": 80],
    ]

    private static let cluster: JSONValue = [
        "name": "eu", "id": "c-1", "provider": "aws", "region": "eu-central-1", "labels": ["env": "prod"],
        "domain": "eu.example.com", "owner": "ann", "description": "the old one", "state": "degraded",
        "reason": "one object failed",
        "since": "2026-01-02T03:04:05Z", "desiredRevision": 12, "appliedRevision": 11, "generation": 7,
        "appliedGeneration": 6, "lastSeen": "2026-01-02T03:04:05Z",
        "versions": ["agent": "0.1.0", "kubernetes": "1.33"],
        "layers": [
            [
                "name": "team/demo", "digest": "ab", "state": "failed", "objects": 9, "applied": 8, "failed": 1,
                "message": "no such kind",
            ]
        ],
        "notReady": [["kind": "Deployment", "name": "hello"]],
        "hold": ["origin": "hub", "reason": "why", "by": "ann", "since": "2026-01-02T03:04:05Z", "honoured": true],
        "driftMode": "report",
        "pendingDeletions": [
            "generation": 7, "count": 63, "digest": "ab", "reason": "a namespace",
            "objects": [["kind": "Namespace", "name": "team-demo"]], "confirmedBy": "ann",
        ],
        "agent": [
            "fingerprint": "ab", "keysSince": "2026-01-02T03:04:05Z", "rotationAsked": true, "clone": "two boots",
            "quarantinedSince": "2026-01-02T03:04:05Z",
            "candidate": [
                "kind": "renewal", "fingerprint": "cd", "address": "10.0.0.1", "since": "2026-01-02T03:04:05Z",
                "rejected": false,
            ],
        ],
    ]

    private static let draft: JSONValue = [
        "name": "x", "team": "demo", "author": "ann", "shared": true, "message": "why", "base": 3, "version": 4,
        "created": "2026-01-02T03:04:05Z", "changed": "2026-01-02T03:04:06Z", "changedBy": "bob", "editCount": 2,
        "edits": [
            [
                "document": ["kind": "Team", "name": "demo"], "spec": ["a": 1], "base": 3, "version": 4,
                "author": "bob",
                "time": "2026-01-02T03:04:06Z",
            ],
            [
                "document": ["kind": "Team", "name": "old"], "base": 3, "version": 2, "author": "ann",
                "time": "2026-01-02T03:04:05Z",
            ],
        ],
    ]

    static let cases: [Case] = [
        Case(
            NewCluster.self,
            [
                "name": "eu", "provider": "aws", "region": "eu-central-1", "labels": ["env": "prod"], "domain": "a.b",
                "owner": "ann", "description": "the old one",
            ]
        ),
        Case(
            ClusterEnrolment.self,
            [
                "name": "eu", "id": "c-1", "token": "t", "tokenExpiresAt": "2026-01-02T03:04:05Z",
                "install": "otomi-agent run",
            ]
        ),
        Case(
            InstallationRequest.self,
            [
                "delivery": "upgrade", "lifetimeSeconds": 600, "image": "agent:1", "authorities": "PEM",
                "proxy": "http://proxy:3128", "noProxy": ".internal", "persistence": "1Gi",
            ]
        ),
        Case(
            ClusterInstallation.self,
            [
                "name": "eu", "hub": "https://hub", "image": "agent:1", "manifest": "kind: Namespace",
                "url": "https://u",
                "expiresAt": "2026-01-02T03:04:05Z", "notes": ["a note"],
            ]
        ),
        Case(ClusterStatus.self, cluster),
        Case(
            ClusterStatus.self,
            [
                "name": "eu", "id": "", "provider": "aws", "region": "", "labels": [:], "domain": .null,
                "owner": "", "description": "", "state": "pending",
                "reason": .null, "since": .null, "desiredRevision": .null, "appliedRevision": .null, "generation": 0,
                "appliedGeneration": .null, "lastSeen": .null, "versions": [:], "layers": [], "notReady": [],
                "hold": .null, "driftMode": "enforce", "pendingDeletions": .null, "agent": .null,
            ]
        ),
        Case(
            FleetStatus.self,
            [
                "revision": 12, "version": "12-40", "clusters": [cluster], "count": 3,
                "states": ["degraded": 1, "inSync": 2],
                "problems": [
                    [
                        "state": "degraded", "cause": "an object failed", "count": 1, "since": "2026-01-02T03:04:05Z",
                        "clusters": ["eu"], "reason": "one object failed",
                    ]
                ],
                "unsigned": [["team": "demo", "clusters": ["eu"]]],
            ]
        ),
        Case(Page<ClusterStatus>.self, ["items": [cluster], "next": "eu"]),
        Case(ClusterValues.self, ["cluster": "eu", "revision": 3, "values": ["teams": [:]]]),
        Case(
            ClusterObjects.self,
            [
                "cluster": "eu", "revision": 3, "generation": 2, "objects": [["kind": "Namespace"]],
            ]
        ),
        Case(
            ObjectStatus.self,
            [
                "group": "apps", "kind": "Deployment", "apiVersion": "apps/v1", "namespace": "a", "name": "b",
                "layer": "team/a", "state": "applied", "health": "ready", "drifted": true,
                "applied": "00ff00ff00ff00ff", "agrees": false, "differsSince": "2026-01-02T03:04:05Z",
                "driftedAt": "2026-01-02T03:04:05Z", "checkedAt": "2026-01-02T03:04:05Z",
            ]
        ),
        Case(
            ClusterEditResult.self,
            [
                "cluster": cluster, "version": "ab", "changed": true,
                "effects": [["severity": "danger", "text": "Team demo leaves eu."]],
            ]
        ),
        Case(
            ClusterGeneration.self,
            [
                "generation": 7, "revision": 12, "publishedAt": "2026-01-02T03:04:05Z",
                "appliedAt": "2026-01-02T03:04:06Z", "durationMilliseconds": 1000, "readyAt": .null,
                "state": "degraded",
            ]
        ),
        Case(
            ClusterGroup.self,
            [
                "name": "prod", "selector": ["env": "prod"], "priority": 10, "clusterCount": 1, "clusters": ["eu"],
                "documentCount": 1, "documents": [["kind": "Team", "scope": "group/prod", "name": "demo"]],
            ]
        ),
        Case(
            PlacementEntry.self,
            [
                "cluster": "eu", "placed": false, "running": true, "newest": false, "reason": "it is off",
                "scope": "platform", "state": "inSync",
            ]
        ),
        Case(
            ClusterExplanation.self,
            [
                "cluster": "eu", "revision": 3, "path": "/a",
                "entries": [
                    [
                        "pointer": "/a/b", "value": 1,
                        "origin": ["source": "document", "scope": "cluster/eu", "revision": 3, "author": "ann"],
                        "overridden": [["origin": ["source": "default"], "value": 2]],
                    ]
                ],
            ]
        ),
        Case(
            CommitRequest.self,
            [
                "message": "m", "base": 4, "put": [document], "delete": [["kind": "Team", "name": "demo"]],
                "dryRun": true,
            ]
        ),
        Case(
            CommitResult.self,
            [
                "revision": 5, "created": true, "unchanged": 1,
                "changed": [["kind": "Service", "team": "demo", "name": "hello", "change": "added"]],
            ]
        ),
        Case(
            ImportRequest.self,
            [
                "message": "m", "documents": [document],
                "clusters": [["name": "eu", "provider": "aws", "region": "", "labels": [:]]],
            ]
        ),
        Case(
            ImportResult.self,
            [
                "revision": 5, "created": false, "unchanged": 9, "changed": [], "clusters": ["eu"],
            ]
        ),
        Case(
            DocumentEntry.self,
            [
                "kind": "Service", "scope": "cluster/eu", "team": "demo", "name": "hello", "spec": ["port": 80],
                "revision": 4, "author": "ann",
            ]
        ),
        Case(
            Revision.self,
            [
                "number": 5, "author": "ann", "time": "2026-01-02T03:04:05Z", "message": "m", "changeCount": 1,
                "changes": [["kind": "Team", "name": "demo", "change": "removed"]],
            ]
        ),
        Case(HoldRequest.self, ["reason": "why"]),
        Case(DriftRequest.self, ["mode": "off"]),
        Case(DeletionConfirmation.self, ["generation": 7, "digest": "ab"]),
        Case(
            DocumentConflict.self,
            [
                "document": ["kind": "Team", "name": "demo"], "yours": ["a": 1], "theirs": ["a": 2], "base": ["a": 0],
                "revision": 5, "author": "ann", "draftVersion": 3,
            ]
        ),
        Case(
            DocumentChange.self,
            [
                "kind": "Team", "name": "demo", "change": "changed",
                "fields": [["pointer": "/a", "before": .null, "after": 2]],
            ]
        ),
        Case(TagEntry.self, ["name": "v1", "revision": 5, "message": "why", "author": "ann", "time": "t"]),
        Case(TagRequest.self, ["name": "v1", "message": "why"]),
        Case(DraftEntry.self, draft),
        Case(
            NewDraftRequest.self,
            ["name": "x", "team": "demo", "shared": true, "message": "why", "base": 3]
        ),
        Case(
            DraftPatch.self,
            [
                "seen": 2, "message": "why", "shared": false, "base": 3, "put": [document],
                "delete": [["kind": "Team", "name": "demo"]], "drop": [["kind": "Team", "name": "other"]],
            ]
        ),
        Case(DraftCommitRequest.self, ["message": "why", "dryRun": true]),
        Case(DraftRebaseRequest.self, ["mine": [["kind": "Team", "name": "demo"]], "theirs": []]),
        Case(
            DraftRebaseResult.self,
            ["draft": draft, "dropped": [["kind": "Team", "name": "demo"]], "conflicts": []]
        ),
        Case(
            RestorationRequest.self,
            [
                "message": "why", "documents": [["kind": "Team", "name": "demo"]], "team": "demo", "draft": "x",
                "dryRun": true,
            ]
        ),
        Case(RestorationResult.self, ["draft": draft]),
    ]

    @Test("a wire type reads back what it wrote", arguments: cases)
    func roundTrip(_ sample: Case) throws {
        #expect(try sample.again(sample.json) == sample.json)
    }

    @Test("a state that a newer hub has invented is kept, not refused")
    func unknownState() throws {
        let cluster = try ClusterStatus(json: ["name": "a", "provider": "aws", "state": "hibernating"])
        #expect(cluster.state.rawValue == "hibernating")
        #expect(cluster.state.isEnrolled)
    }

    @Test("an unknown word for a change names what is expected")
    func unknownChange() {
        #expect(throws: JSONError.self) {
            try DocumentChange(json: ["kind": "Team", "name": "demo", "change": "moved"])
        }
    }
}
