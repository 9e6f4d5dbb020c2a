import Concurrency

/// Feels the pulse of passes: a pass that runs for long is alive as long as objects get on in it.
struct PulseLoop: Sendable {
    private static let pause = Duration.seconds(10)

    let reconciler: Reconciler
    let pulse: AgentPulse
    let environment: AgentEnvironment

    func run() async {
        var last: Reconciler.Progress?
        pulse.beat(.following)
        while !Task.isCancelled {
            let progress = await reconciler.progress
            if !progress.isPassing || progress != last { pulse.beat(.passing) }
            last = progress
            try? await environment.sleep(Self.pause)
        }
    }
}
