import Concurrency
import Synchronization

/// A token bucket for each of many keys, in bounded memory.
///
/// It counts for one replica; several replicas let so many times more through, which they can bear.
final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    /// A part of the keys with a lock of its own.
    private final class Shard: Sendable {
        let buckets = Mutex<[Key: TokenBucket]>([:])
    }

    private let rate: TokenBucket.Rate
    private let capacityPerShard: Int
    private let clock: WallClock
    private let shards: [Shard]

    init(
        burst: Int,
        perSecond: Double,
        capacity: Int = 32_768,
        shards: Int = 16,
        clock: @escaping WallClock
    ) {
        rate = TokenBucket.Rate(burst: Double(burst), perSecond: perSecond)
        capacityPerShard = max(1, capacity / shards)
        self.clock = clock
        self.shards = (0..<shards).map { _ in Shard() }
    }

    /// How many keys are remembered.
    var count: Int { shards.reduce(0) { sum, shard in sum + shard.buckets.withLock { $0.count } } }

    /// Counts one, if there is one left.
    ///
    /// - Returns: `nil` when it was counted, else after how many seconds there is one.
    func take(_ key: Key) -> Int? {
        shard(of: key).buckets.withLock { buckets in
            // Read under the lock, so that only a clock that was set back goes back.
            let now = clock()
            var bucket = buckets[key] ?? TokenBucket(rate, now: now)
            bucket.follow(now)
            let wait = bucket.secondsUntilNext(rate, at: now)
            guard wait == 0 else {
                buckets[key]? = bucket
                return wait
            }
            bucket.take(rate, at: now)
            store(bucket, for: key, in: &buckets, now)
            return nil
        }
    }

    /// After how many seconds there is one to take; `nil` when there is one now, and nothing is counted.
    func wait(_ key: Key) -> Int? {
        shard(of: key).buckets.withLock { buckets in
            let now = clock()
            buckets[key]?.follow(now)
            let wait = buckets[key]?.secondsUntilNext(rate, at: now) ?? 0
            return wait == 0 ? nil : wait
        }
    }

    private func shard(of key: Key) -> Shard {
        shards[Int(UInt(bitPattern: key.hashValue) % UInt(shards.count))]
    }

    /// Makes room among the full buckets, whose loss costs nobody anything, and else anywhere.
    private func store(_ bucket: TokenBucket, for key: Key, in buckets: inout [Key: TokenBucket], _ now: UnixTime) {
        if buckets.count >= capacityPerShard, buckets[key] == nil {
            buckets = buckets.filter { $0.value.left(rate, at: now) < rate.burst }
            // Half of them at once: otherwise a flood of new keys would have every one searched for room.
            if buckets.count >= capacityPerShard {
                buckets = Dictionary(
                    uniqueKeysWithValues: buckets.prefix(capacityPerShard / 2).map { ($0.key, $0.value) }
                )
            }
        }
        buckets[key] = bucket
    }
}
