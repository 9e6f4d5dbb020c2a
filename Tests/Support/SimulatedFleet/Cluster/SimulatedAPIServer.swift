import AgentProtocol
import Bundles

/// What a cluster's API server holds for the agent: objects that are applied and pruned, and nothing on the wire.
struct SimulatedAPIServer {
    /// By the objects' identities.
    private(set) var objects: [Int: SimulatedObject] = [:]
    /// How many objects were written, and how many removed, since the start.
    private(set) var written = 0
    private(set) var pruned = 0

    /// Makes the objects those of `layers`: writes what is new or different, removes what is declared no more.
    mutating func apply(_ layers: [[SimulatedObject]]) {
        var wanted = Set<Int>(minimumCapacity: objects.count)
        for object in layers.joined() where wanted.insert(object.identity).inserted {
            let held = objects[object.identity]
            if held !== object, held?.digest != object.digest || held?.ready != object.ready { written += 1 }
            if held !== object { objects[object.identity] = object }
        }
        guard wanted.count < objects.count else { return }
        pruned += objects.count - wanted.count
        objects = objects.filter { wanted.contains($0.key) }
    }

    /// Whether it holds exactly the objects of `layers`, byte for byte.
    func holds(_ layers: [[SimulatedObject]]) -> Bool {
        var wanted: [Int: Digest] = [:]
        for object in layers.joined() where wanted[object.identity] == nil { wanted[object.identity] = object.digest }
        return wanted.count == objects.count && wanted.allSatisfy { objects[$0.key]?.digest == $0.value }
    }

    /// What all objects hash to, with the object `unhealthy` failing.
    func hashes(unhealthy: SimulatedObject?) -> BucketHashes {
        var hashes = [UInt64](repeating: 0, count: BucketHashes.count)
        for object in objects.values {
            hashes[object.bucket] &+= object === unhealthy ? object.failedHash : object.readyHash
        }
        return BucketHashes(hashes)
    }

    /// The states of all objects of the buckets of these numbers.
    func buckets(_ numbers: [Int], unhealthy: SimulatedObject?) -> [ObjectsReport.Bucket] {
        let numbers = Set(numbers)
        var states: [Int: [ObjectState]] = [:]
        var hashes: [Int: UInt64] = [:]
        for object in objects.values where numbers.contains(object.bucket) {
            states[object.bucket, default: []].append(object === unhealthy ? object.failed : object.ready)
            hashes[object.bucket, default: 0] &+= object === unhealthy ? object.failedHash : object.readyHash
        }
        return numbers.sorted().map { number in
            ObjectsReport.Bucket(number: number, hash: hashes[number] ?? 0, objects: states[number] ?? [])
        }
    }

    /// The object of that title, `KIND/NAME`; with `*`, the one with the smallest identity.
    func object(titled title: String) -> SimulatedObject? {
        guard title != "*" else { return objects.min { $0.key < $1.key }?.value }
        return objects.values.filter { $0.title == title }.min { $0.identity < $1.identity }
    }
}
