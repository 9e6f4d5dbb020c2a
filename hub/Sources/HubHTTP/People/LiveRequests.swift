import Concurrency
import HubAPI
import HubStore
import Logging
import ServiceLifecycle
import Synchronization

/// The requests that take long, and ends them when whoever asks loses what they asked with.
///
/// The database announces every loss of access; for the case that an announcement is lost, all who wait are looked at
/// again every two seconds, in one statement.
final class LiveRequests: Service {
    /// How long an end may be missed by the announcement alone.
    static let interval = Duration.seconds(2)
    private static let clearing = Duration.seconds(600)

    private struct Entry {
        let identity: Identity
        let ended: Signal
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var nextID: UInt64 = 0
    }

    private let store: HubStore
    private let events: StoreEvents
    private let logger: Logger
    private let state = Mutex(State())

    init(store: HubStore, events: StoreEvents, logger: Logger) {
        self.store = store
        self.events = events
        self.logger = logger
    }

    /// Does `work` for somebody, as long as they are let in and may do what they could at its beginning.
    ///
    /// - Throws: `Problem` of kind `unauthenticated` when that ends before; otherwise what `work` throws.
    func whileValid<Value: Sendable>(
        _ identity: Identity,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let (id, ended) = enter(identity)
        defer { leave(id) }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                _ = await ended.wait(after: 0)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let value = first else {
                throw Problem(.unauthenticated, detail: "The access that the request began with has ended.")
            }
            return value
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.watch() }
                group.addTask { await self.clear() }
            }
        }
    }

    private func watch() async {
        var seen = events.access.version
        while !Task.isCancelled {
            _ = await events.access.waits(after: seen, atMost: Self.interval)
            seen = events.access.version
            do { try await look() } catch {
                logger.warning("whoever waits could not be looked at again", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Ends the requests of all whose access has ended or changed.
    private func look() async throws {
        let entries = state.withLock { Array($0.entries.values) }
        guard !entries.isEmpty else { return }
        let current = try await store.identities(of: Array(Set(entries.map(\.identity.credential))))
        for entry in entries {
            let now = current[entry.identity.credential]
            if now?.allowsTheSame(as: entry.identity) != true { entry.ended.notify() }
        }
    }

    private func clear() async {
        while !Task.isCancelled {
            do { try await store.clearEndedAccess() } catch {
                logger.warning("ended sessions were not cleared away", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: Self.clearing)
        }
    }

    private func enter(_ identity: Identity) -> (UInt64, Signal) {
        let signal = Signal()
        let id = state.withLock { state in
            state.nextID += 1
            state.entries[state.nextID] = Entry(identity: identity, ended: signal)
            return state.nextID
        }
        return (id, signal)
    }

    private func leave(_ id: UInt64) { state.withLock { _ = $0.entries.removeValue(forKey: id) } }
}
