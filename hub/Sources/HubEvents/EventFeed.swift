package import Concurrency
package import HubStore
package import Logging
import ServiceLifecycle
import Synchronization

/// The newest events, read once for all who wait on this replica.
///
/// A reader that is further behind reads the table itself until it has come up. The database announces every event; a scan
/// every few seconds is the truth.
package final class EventFeed: Service {
    /// Waits for a pause; returns early when its task is cancelled.
    package typealias Pause = @Sendable (Duration) async -> Void

    private struct State {
        /// Which run of positions the events are of; another one means that a position has to be looked at anew.
        var epoch: UInt64 = 0
        /// The position before the first event held; `nil` until the table was read.
        var start: EventCursor?
        var events: [EventRecord] = []
    }

    /// Rises with every event that can be read.
    package let news = Signal()
    private let store: HubStore
    private let told: Signal
    private let logger: Logger
    private let capacity: Int
    private let pause: Pause
    private let state = Mutex(State())

    private static let scan: Duration = .seconds(5)

    /// - Parameters:
    ///   - store: where the events are.
    ///   - events: hints at what was added.
    ///   - logger: where failures are logged.
    ///   - capacity: how many events are held.
    ///   - pause: how it waits.
    package init(
        store: HubStore,
        events: StoreEvents,
        logger: Logger,
        capacity: Int = 2_000,
        pause: @escaping Pause = { try? await Task.sleep(for: $0) }
    ) {
        self.store = store
        told = events.told
        self.logger = logger
        self.capacity = capacity
        self.pause = pause
    }

    /// Changes whenever positions that were good may be good no more.
    package var epoch: UInt64 { state.withLock { $0.epoch } }

    /// What follows a position that was looked at in this epoch; `nil` when the table has to be asked.
    package func batch(after position: EventCursor, epoch: UInt64) -> EventBatch? {
        state.withLock { state in
            guard state.epoch == epoch, let start = state.start, position >= start else { return nil }
            let first = state.events.firstIndex { $0.cursor > position } ?? state.events.endIndex
            let rest = state.events[first...]
            var batch = EventBatch(events: Array(rest.prefix(HubStore.eventBatch)), next: position)
            batch.next = batch.events.last?.cursor ?? position
            batch.hasMore = rest.count > batch.events.count
            return batch
        }
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { await self.follow() }
    }

    private func follow() async {
        var position: EventCursor?
        var backoff = Backoff(base: .milliseconds(20), cap: .seconds(1))
        while !Task.isCancelled {
            let seen = told.version
            do {
                let batch = try await store.events(after: position)
                take(batch, isFirst: position == nil)
                position = batch.next
                if batch.hasMore { continue }
                guard batch.isHeldBack else {
                    backoff.reset()
                    await wait(seen)
                    continue
                }
                // Whoever holds them back may end without a word.
                await pause(backoff.ceiling)
                _ = backoff.next()
            } catch {
                logger.warning("the events could not be read", metadata: ["error": "\(error)"])
                await pause(.seconds(1))
            }
        }
    }

    /// Until something was told, or it is time for a scan.
    private func wait(_ seen: UInt64) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [told] in _ = await told.wait(after: seen) }
            group.addTask { [pause] in await pause(Self.scan) }
            await group.next()
            group.cancelAll()
        }
    }

    private func take(_ batch: EventBatch, isFirst: Bool) {
        let isNews = state.withLock { state in
            if isFirst || batch.isResync {
                state = State(epoch: state.epoch + 1, start: batch.next)
                return true
            }
            state.events += batch.events
            let surplus = state.events.count - capacity
            if surplus > 0 {
                state.start = state.events[surplus - 1].cursor
                state.events.removeFirst(surplus)
            }
            return !batch.events.isEmpty
        }
        if isNews { news.notify() }
    }
}
