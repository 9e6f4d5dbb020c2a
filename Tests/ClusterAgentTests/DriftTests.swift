import AgentWorldSupport
import Concurrency
import JSON
import Kubernetes
import Testing

@testable import ClusterAgent

@Suite struct DriftTests {
    private func record() -> ObjectRecord {
        var record = ObjectRecord(apiVersion: "v1", state: .applied)
        record.uid = "u1"
        record.resourceVersion = "10"
        record.ownedFields = 7
        return record
    }

    @Test(
        "what was seen is compared with what we left",
        arguments: [
            ("u1", "10", 7, DriftVerdict.untouched),
            ("u1", "9", 8, .untouched),
            ("u1", "11", 7, .touched),
            ("u1", "11", 8, .drifted),
            ("u2", "11", 7, .drifted),
            ("u1", "opaque", 8, .drifted),
        ] as [(String, String, UInt64, DriftVerdict)]
    ) func verdict(uid: String, version: String, fields: UInt64, expected: DriftVerdict) {
        let observed = ObservedObject(key: .configMap("a"), uid: uid, resourceVersion: version, ownedFields: fields)
        #expect(DriftVerdict(observed, against: record()) == expected)
    }

    @Test("only our own applied fields count") func ownedFields() {
        func entry(_ manager: String, _ operation: String, _ field: String, _ subresource: String? = nil) -> JSONValue {
            var entry: JSONValue = [
                "manager": .string(manager), "operation": .string(operation),
                "fieldsV1": ["f:data": [field: [:]]],
            ]
            if let subresource { entry["subresource"] = .string(subresource) }
            return entry
        }
        func fingerprint(_ entries: JSONValue...) -> UInt64 {
            OwnedFields.fingerprint(.array(entries), manager: "otomi-agent")
        }
        let ours = fingerprint(entry("otomi-agent", "Apply", "f:a"))
        #expect(ours != 0)
        #expect(fingerprint(entry("kubectl", "Update", "f:b"), entry("otomi-agent", "Apply", "f:a")) == ours)
        #expect(fingerprint(entry("otomi-agent", "Apply", "f:b")) != ours)
        #expect(fingerprint(entry("otomi-agent", "Update", "f:a")) == 0)
        #expect(fingerprint(entry("otomi-agent", "Apply", "f:a", "status")) == 0)
        #expect(OwnedFields.fingerprint(nil, manager: "otomi-agent") == 0)
    }

    @Test("the ledger is bounded and forgets the oldest") func ledger() {
        var ledger = DriftLedger()
        for number in 0...DriftLedger.capacity {
            ledger.note(.configMap("c\(number)"), "changed", at: UnixTime(milliseconds: Int64(number)))
        }
        #expect(ledger.entries.count == DriftLedger.capacity)
        #expect(ledger.entries[.configMap("c0")] == nil)
        #expect(ledger.total == DriftLedger.capacity + 1)
        #expect(ledger.latest.first?.key == .configMap("c\(DriftLedger.capacity)"))
    }

    @Test("records survive a restart, those not in place are left out") func recordCache() {
        var applied = record()
        applied.applied = Fingerprint(of: [1])
        applied.health = .ready
        let records: [ObjectKey: ObjectRecord] = [
            .configMap("a"): applied, .namespace("n"): ObjectRecord(apiVersion: "v1", state: .failed("no")),
        ]
        #expect(RecordCache.decode(RecordCache.encode(records)) == [.configMap("a"): applied])
        #expect(RecordCache.decode(Array("garbage\n\n1 2 3".utf8)).isEmpty)
    }

    @Test("a long text is cut at a character and names its whole") func boundedText() {
        let text = String(repeating: "ä", count: 5_000)
        let cut = BoundedText.cut(text)
        #expect(cut.utf8.count <= BoundedText.entryLimit)
        #expect(cut.contains("sha256"))
        #expect(!cut.unicodeScalars.contains("\u{FFFD}"))
        #expect(BoundedText.cut("short") == "short")
    }
}
