import Concurrency
import HubRollouts
import HubStore
import Values

/// A rollout to revision 2 over clusters that run revision 1, with time that a test moves and agents that say what it wants.
struct Scene {
    static let target: Int64 = 2

    var machine: RolloutMachine
    var now = UnixTime(seconds: 1_795_348_800)
    /// Whether the hub can tell a silent cluster from its own deafness.
    var judgesSilence: Bool
    private(set) var facts: [String: RolloutFacts] = [:]
    /// What the last step did.
    private(set) var done: [RolloutTransition] = []

    /// - Parameters:
    ///   - names: the clusters.
    ///   - strategy: how they are moved.
    ///   - away: those whose agent is silent.
    ///   - same: those on which nothing differs.
    ///   - labels: labels of clusters.
    ///   - previous: the places in the rollout before.
    ///   - scope: which clusters it is about.
    ///   - judgesSilence: whether the hub can tell a silent cluster from its own deafness.
    init(
        _ names: [String],
        _ strategy: RolloutStrategy = Scene.strategy(),
        away: [String] = [],
        same: [String] = [],
        labels: [String: [String: String]] = [:],
        previous: [String: RolloutPlace] = [:],
        scope: RolloutScope = .fleet,
        judgesSilence: Bool = true
    ) {
        self.judgesSilence = judgesSilence
        let rollout = Rollout(
            number: 7,
            revision: Self.target,
            scope: scope,
            cause: .commit,
            author: "alice",
            message: "test",
            strategy: strategy,
            createdAt: now
        )
        machine = RolloutMachine(rollout, places: [], judgesSilence: judgesSilence)
        for name in names { facts[name] = Self.cluster(name, now) }
        for name in away { facts[name]?.lastSeen = now - .seconds(600) }
        let candidates = names.map { name in
            RolloutCandidate(
                id: name,
                identity: ClusterIdentity(name: name, provider: "aws", region: "", labels: labels[name] ?? [:]),
                desiredRevision: 1
            )
        }
        let survey = RolloutSurvey(
            candidates: candidates,
            differing: Set(names).subtracting(same),
            previous: previous
        )
        machine.plan(survey, ordered, now: now)
        take()
    }

    /// Four waves, of which each is watched for a minute.
    static func strategy(
        waves: [RolloutWave] = RolloutStrategy.standardWaves,
        maxUnavailable: RolloutAmount = .percentage(100),
        windows: [RolloutWindow] = [],
        onFailure: RolloutStrategy.Failure = .halt
    ) -> RolloutStrategy {
        RolloutStrategy(
            waves: waves,
            maxUnavailable: maxUnavailable,
            soakSeconds: 60,
            deadlineSeconds: 300,
            graceSeconds: 30,
            windows: windows,
            onFailure: onFailure
        )
    }

    static func names(_ count: Int) -> [String] { (1...count).map { $0 < 10 ? "c0\($0)" : "c\($0)" } }

    private static func cluster(_ name: String, _ now: UnixTime) -> RolloutFacts {
        RolloutFacts(
            clusterID: name,
            cluster: name,
            desiredRevision: 1,
            publishedRevision: 1,
            generation: 1,
            enrolledAt: now - .seconds(86_400),
            lastSeen: now,
            report: RolloutFacts.Report(
                generation: 1,
                state: "inSync",
                stateSince: now - .seconds(3_600),
                receivedAt: now
            )
        )
    }

    private var ordered: [RolloutFacts] { facts.values.sorted { $0.cluster < $1.cluster } }

    // MARK: - What happens

    /// Takes a step; the database has what the one before decided.
    @discardableResult
    mutating func step(after seconds: Int64 = 0, silent: [String] = []) -> [RolloutTransition] {
        now = now + .seconds(seconds)
        for name in facts.keys where !silent.contains(name) && !isSilent.contains(name) { facts[name]?.lastSeen = now }
        let places = Array(machine.places.values)
        machine = RolloutMachine(machine.rollout, places: places, judgesSilence: judgesSilence)
        machine.step(ordered, now: now)
        take()
        return done
    }

    private var isSilent: Set<String> = []

    private mutating func take() {
        done = machine.transitions
        for (id, revision) in machine.moves { facts[id]?.desiredRevision = revision }
    }

    /// The publisher has done its work, and every agent that was told to move says that all is well.
    mutating func settle(except names: [String] = []) {
        for name in facts.keys where !names.contains(name) { settle(name) }
    }

    mutating func settle(_ name: String, _ state: String = "inSync", trouble: String? = nil) {
        guard var cluster = facts[name], !isSilent.contains(name) else { return }
        if cluster.publishedRevision != cluster.desiredRevision {
            cluster.publishedRevision = cluster.desiredRevision
            cluster.generation += 1
        }
        let isSame = cluster.report?.state == state
        cluster.report = RolloutFacts.Report(
            generation: cluster.generation,
            state: state,
            stateSince: isSame ? cluster.report?.stateSince ?? now : now,
            receivedAt: now,
            trouble: trouble
        )
        facts[name] = cluster
    }

    mutating func silence(_ name: String) {
        isSilent.insert(name)
        facts[name]?.lastSeen = now - .seconds(600)
    }

    mutating func wake(_ name: String) {
        isSilent.remove(name)
        facts[name]?.lastSeen = now
    }

    mutating func change(_ name: String, _ change: (inout RolloutFacts) -> Void) {
        guard var cluster = facts[name] else { return }
        change(&cluster)
        facts[name] = cluster
    }

    mutating func add(_ name: String, desired: Int64 = 1) {
        var cluster = Self.cluster(name, now)
        cluster.desiredRevision = desired
        facts[name] = cluster
    }

    mutating func act(_ action: RolloutAction) throws(RolloutRefusal) {
        machine = RolloutMachine(machine.rollout, places: Array(machine.places.values))
        try machine.act(action, ordered, by: "bob", now: now)
        take()
    }

    /// Goes through a whole wave: well, and watched.
    mutating func pass(wave: Int) {
        settle()
        step()
        step(after: 61)
    }

    // MARK: - What is seen

    var state: Rollout.State { machine.rollout.state }
    var wave: Int { machine.rollout.wave }

    /// The clusters that are to run the revision.
    var moved: [String] { facts.values.filter { $0.desiredRevision == Self.target }.map(\.cluster).sorted() }

    func place(_ name: String) -> RolloutPlace.State? { machine.places[name]?.state }
}
