import Concurrency
import Synchronization

/// Counts the connections that are open, in all and by subscriber.
final class ConnectionCensus: Sendable {
    private struct State {
        var total = 0
        var bySubscriber: [[UInt8]: Int] = [:]
    }

    /// Places beyond the limit for addresses that have hardly any, so that a probe gets through when others fill the hub.
    private static let reserve = 64
    private static let fewConnections = 2

    private let maximum: Int
    private let perAddress: Int
    private let isExempt: @Sendable (IPAddress) -> Bool
    private let state = Mutex(State())

    init(maximum: Int, perAddress: Int, isExempt: @escaping @Sendable (IPAddress) -> Bool = { _ in false }) {
        self.maximum = maximum
        self.perAddress = perAddress
        self.isExempt = isExempt
    }

    var total: Int { state.withLock { $0.total } }

    /// How many subscribers are remembered.
    var addresses: Int { state.withLock { $0.bySubscriber.count } }

    /// Counts a new connection, or refuses it; what was counted must leave.
    func admit(_ address: IPAddress?) -> ConnectionRefusal? {
        let key = address.map { subscriber(of: $0) }
        return state.withLock { state in
            let own = key.flatMap { state.bySubscriber[$0] } ?? 0
            guard state.total < maximum + (own < Self.fewConnections ? Self.reserve : 0) else { return .full }
            if let address, let key {
                guard own < perAddress || isExempt(address) else { return .address }
                state.bySubscriber[key] = own + 1
            }
            state.total += 1
            return nil
        }
    }

    func leave(_ address: IPAddress?) {
        let key = address.map { subscriber(of: $0) }
        state.withLock { state in
            state.total -= 1
            guard let key, let own = state.bySubscriber[key] else { return }
            state.bySubscriber[key] = own > 1 ? own - 1 : nil
        }
    }

    /// What connections are counted by; those of an exempt address do not count against its neighbours.
    private func subscriber(of address: IPAddress) -> [UInt8] {
        isExempt(address) ? address.bytes : address.subscriber
    }
}

/// Why a connection was not taken, or not kept.
enum ConnectionRefusal: String, Sendable {
    /// The hub has as many as it takes.
    case full
    /// The address has as many as it may.
    case address
    /// No head of a request came in time.
    case head
    /// A request's body came too slowly.
    case body
    /// An answer was read too slowly.
    case reader
    /// Nothing was asked for a while.
    case idle
}
