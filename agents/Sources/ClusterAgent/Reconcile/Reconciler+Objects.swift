package import AgentProtocol
import Concurrency
import JSON
import Kubernetes

extension Reconciler {
    /// What the states of all objects hash to, made from the records when it is asked for.
    ///
    /// It costs a few milliseconds for ten thousand objects and no memory, and is asked for a few times a second at most.
    func objectHashes() -> BucketHashes {
        var hashes = [UInt64](repeating: 0, count: BucketHashes.count)
        for (key, object) in desired.objects {
            let state = objectState(key, object)
            hashes[state.bucket] &+= state.hash(applied: appliedText(key))
        }
        return BucketHashes(hashes)
    }

    /// The states of all objects of the buckets `asked`, whole buckets, as many as one message holds.
    ///
    /// `maximum`: how many buckets that are; `bytes`: how long their JSON may be, where it is more than one.
    package func objectBuckets(
        _ asked: [Int],
        atMost maximum: Int = ObjectsReport.maximumBuckets,
        within bytes: Int = ObjectsReport.maximumBytes
    ) -> [ObjectsReport.Bucket] {
        let numbers = Set(asked.prefix(maximum)).filter { (0..<BucketHashes.count).contains($0) }
        var states: [Int: [ObjectState]] = [:]
        var hashes: [Int: UInt64] = [:]
        for (key, object) in desired.objects {
            let state = objectState(key, object)
            let bucket = state.bucket
            guard numbers.contains(bucket) else { continue }
            states[bucket, default: []].append(state)
            hashes[bucket, default: 0] &+= state.hash(applied: appliedText(key))
        }
        var buckets: [ObjectsReport.Bucket] = []
        var length = 0
        for number in numbers.sorted() {
            let bucket = ObjectsReport.Bucket(
                number: number,
                hash: hashes[number] ?? 0,
                objects: states[number] ?? []
            )
            length += bucket.approximateLength
            guard buckets.isEmpty || length <= bytes else { break }
            buckets.append(bucket)
        }
        return buckets
    }

    private func objectState(_ key: ObjectKey, _ object: DesiredObject) -> ObjectState {
        let record = records[key]
        let last = drift.entries[key]?.last
        return ObjectState(
            group: key.group,
            kind: key.kind,
            apiVersion: object.apiVersion,
            namespace: key.namespace,
            name: key.name,
            layer: object.layer,
            state: record?.progress ?? .pending,
            health: record?.state == .applied ? record?.reportedHealth ?? .unknown : .unknown,
            hasDrifted: last != nil,
            applied: record?.applied?.short,
            differsSince: drifted[key].flatMap { $0.isListed ? $0.since.milliseconds : nil },
            driftedAt: last?.milliseconds
        )
    }

    private func appliedText(_ key: ObjectKey) -> String { records[key]?.applied?.json.stringValue ?? "" }
}

extension ObjectRecord {
    var progress: ObjectState.Progress {
        switch state {
        case .pending: .pending
        case .applied: .applied
        case .waiting: .waiting
        case .failed: .failed
        }
    }

    var reportedHealth: ObjectState.Health {
        switch health {
        case .unknown: .unknown
        case .ready: .ready
        case .progressing: .progressing
        case .failed: .failed
        }
    }
}
