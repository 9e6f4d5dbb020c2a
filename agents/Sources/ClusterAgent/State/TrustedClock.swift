package import Bundles
package import Concurrency
import Synchronization

/// The time as far as it is known: what the machine's clock says, and never earlier than what was signed.
///
/// A timestamp that was verified was made a lifetime before it expires, so that it is later than that; from then on time
/// passes as the machine's uptime does, whatever becomes of its clock. A clock that is behind therefore never makes expired
/// metadata count. Nothing that is signed says that it is not later than some time: a clock that is ahead makes metadata
/// expire too soon, and nothing is applied until it is set.
package final class TrustedClock: Sendable {
    private struct Bound {
        var time: UnixTime
        /// The uptime when it was that time at least.
        var uptime: Duration
    }

    private let environment: AgentEnvironment
    private let bound = Mutex<Bound?>(nil)

    package init(_ environment: AgentEnvironment) {
        self.environment = environment
    }

    /// Not earlier than the true time, unless the machine's clock is.
    package var now: UnixTime {
        let (clock, uptime) = (environment.now(), environment.uptime())
        return bound.withLock { bound in
            bound.map { max(clock, $0.time + (uptime - $0.uptime)) } ?? clock
        }
    }

    /// Forgets what signed metadata said, when the key that signed it counts no more.
    package func forget() {
        bound.withLock { $0 = nil }
    }

    /// Takes from verified metadata how late it is at least.
    package func learn(from trusted: TrustedState) {
        guard let timestamp = trusted.timestamp else { return }
        let signed = UnixTime(seconds: timestamp.content.expires - MetadataLifetimes().timestamp)
        let uptime = environment.uptime()
        bound.withLock { bound in
            if let known = bound, known.time + (uptime - known.uptime) >= signed { return }
            bound = Bound(time: signed, uptime: uptime)
        }
    }
}
