import Bundles
import JSON
import Testing

@testable import AgentProtocol

@Suite struct ReportDeltaTests {
    private func layer(_ name: String, applied: Int = 1) -> LayerReport {
        LayerReport(name: name, digest: Digest(of: []), state: .inSync, objects: 1, applied: applied, failed: 0)
    }

    private func report(_ sequence: Int64, _ layers: [LayerReport], hash: UInt64 = 0) -> Report {
        var hashes = [UInt64](repeating: 0, count: BucketHashes.count)
        hashes[7] = hash
        return Report(
            bootID: "b",
            sequence: sequence,
            generation: 1,
            revision: 1,
            state: .inSync,
            layers: layers,
            objects: BucketHashes(hashes),
            versions: Versions(agent: "1", kubernetes: "1.30"),
            observedAt: sequence
        )
    }

    @Test func `a delta carries only layers that changed and the names of those that are gone`() throws {
        let first = report(1, [layer("a"), layer("b"), layer("c")], hash: 1)
        let second = report(2, [layer("a"), layer("b", applied: 0), layer("d")], hash: 1)
        let delta = second.delta(since: first)
        #expect(delta.base == 1)
        #expect(delta.layers.map(\.name) == ["b", "d"])
        #expect(delta.goneLayers == ["c"])
        #expect(delta.objects?.hashes.isEmpty == true)
        let received = try Report(json: JSONValue(parsing: delta.json.serialized()))
        #expect(received == delta)
        #expect(received.merged(onto: first) == second)
    }

    @Test func `the hashes of buckets travel only when the root changed`() {
        let first = report(1, [], hash: 1)
        let second = report(2, [], hash: 2)
        let delta = second.delta(since: first)
        #expect(delta.objects == second.objects)
        #expect(delta.merged(onto: first) == second)
        #expect(second.objects?.differing(from: [7: 1]) == [7])
        #expect(second.objects?.differing(from: [7: 2]) == [])
    }

    @Test func `a delta is merged onto its base and nothing else`() {
        let first = report(1, [layer("a")])
        let third = report(3, [layer("a")])
        let delta = report(4, []).delta(since: third)
        #expect(delta.merged(onto: first) == nil)
        #expect(delta.merged(onto: nil) == nil)
        var other = third
        other.bootID = "other"
        #expect(delta.merged(onto: other) == nil)
        #expect(report(4, []).delta(since: other).base == nil)
    }

    @Test func `all texts of a report are 4 KB together, the first by importance kept`() throws {
        let text = String(repeating: "ä", count: 500_000)
        let object = ObjectReport(group: "", kind: "K", namespace: nil, name: "n", reason: "R", message: text)
        var report = self.report(1, (0..<30).map { layer("l\($0)").with(message: text) })
        report.trustError = TrustFault(code: "c", message: String(repeating: "t", count: 3_000))
        report.notReady = Array(repeating: object, count: 20)
        report.drift = Array(repeating: object, count: 20)
        let bounded = report.bounded()
        let texts =
            [bounded.trustError?.message ?? ""] + bounded.layers.map(\.message) + bounded.notReady.map(\.message)
            + bounded.drift.map(\.message)
        #expect(texts.reduce(0) { $0 + $1.utf8.count } <= Report.maximumTextBytes)
        #expect(bounded.trustError?.message.utf8.count == 3_000)
        #expect(bounded.notReady[0].message.contains("[cut, sha256 "))
        #expect(bounded.notReady.count == 20)
        #expect(bounded.bounded() == bounded)
        #expect(try Report(json: report.json) == bounded)
    }

    @Test func `hashes of buckets and states of objects survive the wire`() throws {
        let state = ObjectState(
            group: "apps",
            kind: "Deployment",
            apiVersion: "apps/v1",
            namespace: "a",
            name: "b",
            layer: "team/a",
            state: .applied,
            health: .progressing,
            hasDrifted: true
        )
        let bucket = ObjectsReport.Bucket(number: state.bucket, hash: .max, objects: [state])
        let message = ObjectsReport(bootID: "b", buckets: [bucket])
        #expect(try ObjectsReport(json: JSONValue(parsing: message.json.serialized())) == message)
        let hashes = BucketHashes((0..<256).map { UInt64.max - $0 })
        #expect(try BucketHashes(json: JSONValue(parsing: hashes.json.serialized())) == hashes)
        let answer = ReportResponse(accepted: false, needsFull: true, buckets: [3])
        #expect(try ReportResponse(json: answer.json) == answer)
    }

    @Test func `buckets that changed travel with a delta as far as they fit, and are no part of the merged report`()
        throws
    {
        let (first, second) = (report(1, [], hash: 1), report(2, [], hash: 2))
        #expect(second.changedBuckets(since: first) == [7])
        #expect(first.changedBuckets(since: first) == [])
        var other = first
        other.bootID = "other"
        #expect(second.changedBuckets(since: other) == [])
        other = first
        other.objects = nil
        #expect(second.changedBuckets(since: other) == [])

        let names = (0..<4_000).map { "object-\($0)" }
        let states = names.map { name in
            ObjectState(
                group: "apps",
                kind: "Deployment",
                apiVersion: "apps/v1",
                namespace: "a",
                name: name,
                layer: "team/a",
                state: .applied,
                health: .ready,
                hasDrifted: true,
                applied: "00ff00ff00ff00ff",
                differsSince: .max,
                driftedAt: .max
            )
        }
        let buckets = Dictionary(grouping: states, by: \.bucket).sorted { $0.key < $1.key }.map {
            ObjectsReport.Bucket(number: $0.key, hash: 1, objects: $0.value)
        }
        let delta = second.delta(since: first).carrying(buckets)
        let carried = Set(delta.buckets.map(\.number))
        #expect(delta.buckets.count < buckets.count)
        #expect(delta.buckets == buckets.filter { carried.contains($0.number) })
        let length = delta.buckets.reduce(0) { $0 + $1.json.serialized().count }
        #expect((Report.maximumBucketBytes / 2...Report.maximumBucketBytes).contains(length))
        #expect(try Report(json: JSONValue(parsing: delta.json.serialized())) == delta)
        #expect(delta.merged(onto: first) == second)
        var whole = second
        whole.buckets = delta.buckets
        #expect(whole.merged(onto: nil) == second)
        // One that is too long for any report is left to be asked for.
        let long = ObjectsReport.Bucket(number: 1, hash: 1, objects: Array(repeating: states[0], count: 2_000))
        #expect(second.carrying([long, buckets[0]]).buckets == [buckets[0]])
    }

    @Test func `an object in a bucket that is not its own is refused`() {
        let state = ObjectState(
            group: "",
            kind: "ConfigMap",
            apiVersion: "v1",
            namespace: "a",
            name: "b",
            layer: "l",
            state: .applied,
            health: .ready
        )
        let bucket = ObjectsReport.Bucket(number: (state.bucket + 1) % 256, hash: 1, objects: [state])
        #expect(throws: JSONError.self) { try ObjectsReport(json: ["bootID": "b", "buckets": [bucket.json]]) }
        let twice = ObjectsReport.Bucket(number: 1, hash: 1, objects: [])
        #expect(throws: JSONError.self) {
            try ObjectsReport(json: ["bootID": "b", "buckets": [twice.json, twice.json]])
        }
        var report = report(1, [])
        report.buckets = [twice, twice]
        #expect(throws: JSONError.self) { try Report(json: report.json) }
    }

    @Test func `objects spread over all buckets`() {
        let buckets = Set((0..<10_000).map { ObjectState.bucket(group: "", kind: "K", namespace: "n", name: "o\($0)") })
        #expect(buckets.count == BucketHashes.count)
    }
}
