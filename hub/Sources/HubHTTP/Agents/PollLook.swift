import AgentProtocol
import Bundles
import Concurrency
import HubAPI
import HubStore
import Hummingbird

/// One agent's question for a newer timestamp: what to look at, first and after each wake-up.
///
/// The answer is held back until the timestamp is another than the one the agent has, or the root is newer than the agent's.
/// An agent that has a later one is answered too: a thief may have signed it, also in the very version of ours, and the new
/// root that takes the stolen key away is looked for with every timestamp. Whatever wakes it may be the end of the agent's
/// rights, so that each look is at both.
///
/// For an agent that takes a parcel the look after the wait is at what the parcel carries too, since there is most likely
/// something. A newer root goes alone: it may change whose signatures count.
struct PollLook: Sendable {
    /// What the seconds are counted from at which long waits end.
    private static let began = ContinuousClock.now
    /// A shorter wait ends when it was asked to.
    private static let shortestAligned = Duration.seconds(10)

    private let agent: AgentIdentity
    private let poll: AgentRoute.Poll
    private let question: ParcelQuestion?
    private let deadline: ContinuousClock.Instant
    private let metadata: SeenMetadata?
    private let events: StoreEvents
    /// Rises when there is something new for the agent's cluster.
    private let signal: Signal
    private let reads: AgentReads
    private let packer: ParcelPacker
    private let recovery: RecoveryWatch

    /// `metadata` is what was known of the cluster's metadata when the agent was looked up.
    init(
        of agent: AgentIdentity,
        _ poll: AgentRoute.Poll,
        seen metadata: SeenMetadata?,
        events: StoreEvents,
        reads: AgentReads,
        packer: ParcelPacker,
        recovery: RecoveryWatch
    ) {
        self.agent = agent
        self.poll = poll
        self.metadata = metadata
        self.events = events
        signal = events.bundle(agent.clusterID)
        self.reads = reads
        self.packer = packer
        self.recovery = recovery
        question = poll.generation.map { ParcelQuestion(AgentKey(agent), after: poll.after, generation: $0) }
        deadline = Self.deadline(after: .seconds(poll.waitSeconds))
    }

    /// Long waits end together, once a second: many agents are answered at once then, and what they ask next comes together too,
    /// for a fraction of what it costs to wake up for each.
    static func deadline(after wait: Duration, now: ContinuousClock.Instant = .now) -> ContinuousClock.Instant {
        let end = now + wait
        guard wait >= shortestAligned else { return end }
        return end - .milliseconds(began.duration(to: end).wholeMilliseconds % 1_000)
    }

    /// Looks once.
    ///
    /// - Throws: `Problem` when the agent has no rights any more; `StoreError`.
    func step(isFirst: Bool) async throws -> Exchange.Step {
        let seen = signal.version
        // The signal's version first: what comes later raises it, and what came between raised the other.
        if isFirst, let metadata, metadata.news == events.bundles.version, !isNews(metadata.versions) {
            try await recovery.heard(agent, poll, metadata.versions)
            return wait(after: seen)
        }
        var (held, contents) = try await look(for: isFirst ? nil : question)
        if isFirst {
            try await recovery.heard(agent, poll, held.versions)
            if question != nil, isNews(held.versions) { (held, contents) = try await look(for: question) }
        }
        if let bytes = held.bytes, isNews(held.versions) {
            guard let contents, !isRootNews(held.versions) else { return .answer(MetadataRoutes.answer(bytes)) }
            return .answer(try await packer.answer(bytes, contents, to: poll))
        }
        return wait(after: seen)
    }

    private func wait(after seen: UInt64) -> Exchange.Step {
        let remaining = ContinuousClock.now.duration(to: deadline)
        guard remaining > .zero else { return .answer(Response(status: .notModified)) }
        return .wait(signal, after: seen, atMost: remaining)
    }

    private func isRootNews(_ versions: MetadataVersions) -> Bool { poll.root.map { $0 < versions.root } ?? false }

    private func isNews(_ versions: MetadataVersions) -> Bool {
        isRootNews(versions) || versions.timestamp != poll.after
    }

    private func look(for question: ParcelQuestion?) async throws -> (HeldTimestamp, ParcelContents?) {
        var contents: ParcelContents?
        let held: HeldTimestamp?
        if let question {
            contents = try await reads.parcelContents(for: question)
            held = contents?.held
        } else {
            held = try await reads.heldTimestamp(of: agent)
        }
        guard let held, held.isAdmitted else {
            throw Problem(.unauthenticated, detail: "The request's signature is not accepted any more.")
        }
        return (held, contents)
    }
}
