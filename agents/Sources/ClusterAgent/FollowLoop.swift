import AgentProtocol
import Bundles
import Concurrency
import Logging

/// Asks the hub for news for ever: with patience when it is away, with an alarm when it says what cannot be trusted.
struct FollowLoop: Sendable {
    /// The shortest time between two questions that bring nothing.
    private static let shortest = Duration.seconds(1)

    let follower: BundleFollower
    let reconciler: Reconciler
    let environment: AgentEnvironment
    /// How long a question is held at most.
    let wait: Duration
    let logger: Logger

    func run() async {
        await resume()
        var backoff = Backoff(base: .milliseconds(250), cap: .seconds(15))
        var pollWait = PollWait(longest: wait)
        var isFaultKnown = false
        while !Task.isCancelled {
            do {
                try await step(&pollWait, isFaultKnown: isFaultKnown)
                isFaultKnown = false
                backoff.reset()
            } catch {
                guard !Task.isCancelled else { return }
                // Of a hub that cannot be asked no fault is noted.
                if !(error is HubError) { isFaultKnown = true }
                let pause = await note(error) ?? .zero
                try? await environment.sleep(max(pause, environment.next(&backoff)))
            }
        }
    }

    /// Goes on with the bundle that was verified before the last stop; it needs no hub for that.
    private func resume() async {
        do {
            guard let desired = try await follower.assemble() else { return }
            await reconciler.want(desired)
        } catch { _ = await note(error) }
    }

    private func step(_ pollWait: inout PollWait, isFaultKnown: Bool) async throws {
        await settleEarly()
        // What is left of the last step, such as a layer that could not be fetched, is work already, with or without news.
        // A fault that is known is to be taken back as soon as the hub says nothing wrong.
        let isBehind = await follower.isBehind
        let patience = isFaultKnown || isBehind ? .zero : pollWait.current
        let asked = environment.now()
        let parcel = try await ask(patience, &pollWait)
        if let parcel { try await follower.take(parcel) }
        let isNew = parcel != nil
        await reconciler.note(audit: await follower.auditHead)
        if await follower.isUnassembled {
            guard let desired = try await follower.assemble() else { return }
            await reconciler.want(desired)
        }
        if await follower.isUnsettled { try await follower.settle() }
        await reconciler.note(obstacle: nil)
        let contentFault = await follower.contentFault
        await reconciler.note(trust: await follower.expiry.map(BundleError.expired(at:)) ?? contentFault)
        if await follower.lacksContent {
            throw HubError(.busy, "the hub does not have what a team has signed", retryAfter: Self.shortest)
        }
        let now = environment.now()
        // A proxy that does not hold the question open must not be asked again and again.
        if !isNew, patience >= Self.shortest, now - asked < Self.shortest / 2 {
            throw HubError(.busy, "the answer came at once and brought nothing", retryAfter: Self.shortest)
        }
    }

    /// Finds out without the hub that a disk is well again; one that is not stands in the way of no news.
    private func settleEarly() async {
        guard await follower.isUnsettled, await !follower.isUnassembled else { return }
        guard (try? await follower.settle()) != nil else { return }
        await reconciler.note(obstacle: nil)
    }

    /// Asks once, and learns from the question's end how long the next one may be held.
    private func ask(_ patience: Duration, _ pollWait: inout PollWait) async throws(HubError) -> Parcel? {
        let asked = environment.now()
        do throws(HubError) {
            let parcel = try await follower.ask(wait: patience)
            if patience > .zero { pollWait.noteAnswer(after: environment.now() - asked) }
            return parcel
        } catch {
            if patience > .zero, error.isRetryable, !Task.isCancelled {
                pollWait.noteCut(after: environment.now() - asked)
            }
            throw error
        }
    }

    /// Enters a failure where it belongs.
    ///
    /// - Returns: how long the hub asks to wait.
    private func note(_ error: any Error) async -> Duration? {
        switch error {
        case let error as BundleError:
            logger.error("Nothing is applied: the hub's data is not to be trusted", metadata: ["error": "\(error)"])
            await reconciler.note(trust: error)
        case let error as HubError:
            let level: Logger.Level = error.isRetryable ? .debug : .warning
            logger.log(level: level, "The hub gave no news", metadata: ["error": "\(error)"])
            // Silence does not stop time: what was trusted expires, and nobody hears of it otherwise.
            if let expiry = await follower.expiry { await reconciler.note(trust: .expired(at: expiry)) }
            return error.retryAfter
        default:
            logger.error("The bundle cannot be taken up", metadata: ["error": "\(error)"])
            await reconciler.note(obstacle: "\(error)")
        }
        return nil
    }
}

extension BundleError {
    /// The hub or somebody on the way withholds newer metadata.
    static func expired(at seconds: Int64) -> BundleError {
        BundleError(
            .freeze,
            "the trusted metadata expired at \(UnixTime(seconds: seconds)) and the hub has nothing newer, or this machine's "
                + "clock is ahead; what runs is kept"
        )
    }
}
