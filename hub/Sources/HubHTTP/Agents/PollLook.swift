import AgentProtocol
import Bundles
import Concurrency
import HubAPI
import HubStore
import Hummingbird
import JSON

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
    private let agent: AgentIdentity
    private let poll: AgentRoute.Poll
    private let question: ParcelQuestion?
    private let deadline: ContinuousClock.Instant
    private let signal: Signal
    private let reads: AgentReads
    private let packer: ParcelPacker
    private let recovery: RecoveryWatch

    /// `signal` rises when there is something new for the agent's cluster.
    init(
        of agent: AgentIdentity,
        _ poll: AgentRoute.Poll,
        signal: Signal,
        reads: AgentReads,
        packer: ParcelPacker,
        recovery: RecoveryWatch
    ) {
        self.agent = agent
        self.poll = poll
        self.signal = signal
        self.reads = reads
        self.packer = packer
        self.recovery = recovery
        question = poll.generation.map { ParcelQuestion(AgentKey(agent), after: poll.after, generation: $0) }
        deadline = ContinuousClock.now + .seconds(poll.waitSeconds)
    }

    /// Looks once; `news` says whether the signal came or the time is over, and is `nil` for the first look.
    ///
    /// - Throws: `Problem` when the agent has no rights any more; `StoreError`.
    func step(_ news: Bool?) async throws -> Exchange.Step {
        guard news != false else { return .answer(Response(status: .notModified)) }
        let seen = signal.version
        var (held, contents) = try await look(for: news == nil ? nil : question)
        if news == nil {
            try await recovery.heard(agent, poll, timestamp: try held.version, root: held.root)
            if question != nil, try isNews(held) { (held, contents) = try await look(for: question) }
        }
        if let bytes = held.bytes, try isNews(held) {
            guard let contents, !isRootNews(held) else { return .answer(MetadataRoutes.answer(bytes)) }
            return .answer(try await packer.answer(bytes, contents, to: poll))
        }
        let remaining = ContinuousClock.now.duration(to: deadline)
        guard remaining > .zero else { return .answer(Response(status: .notModified)) }
        return .wait(signal, after: seen, atMost: remaining)
    }

    private func isRootNews(_ held: HeldTimestamp) -> Bool { poll.root.map { $0 < held.root } ?? false }

    private func isNews(_ held: HeldTimestamp) throws -> Bool {
        try isRootNews(held) || held.bytes != nil && held.version != poll.after
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

extension HeldTimestamp {
    /// The timestamp's version; 0 for none.
    ///
    /// - Throws: `JSONError` when what is stored is no metadata.
    fileprivate var version: Int64 {
        get throws {
            guard let bytes else { return 0 }
            return try JSONValue(parsing: bytes).required("signed", as: JSONValue.self).required("version")
        }
    }
}
