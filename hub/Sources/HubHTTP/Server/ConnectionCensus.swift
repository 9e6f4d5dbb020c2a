import Concurrency
import Synchronization

/// Counts the connections that are open, in all and by address.
final class ConnectionCensus: Sendable {
    private struct State {
        var total = 0
        var byAddress: [IPAddress: Int] = [:]
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

    /// How many addresses are remembered.
    var addresses: Int { state.withLock { $0.byAddress.count } }

    /// Counts a new connection, or refuses it; what was counted must leave.
    func admit(_ address: IPAddress?) -> ConnectionRefusal? {
        state.withLock { state in
            let own = address.flatMap { state.byAddress[$0] } ?? 0
            guard state.total < maximum + (own < Self.fewConnections ? Self.reserve : 0) else { return .full }
            if let address {
                guard own < perAddress || isExempt(address) else { return .address }
                state.byAddress[address] = own + 1
            }
            state.total += 1
            return nil
        }
    }

    func leave(_ address: IPAddress?) {
        state.withLock { state in
            state.total -= 1
            guard let address, let own = state.byAddress[address] else { return }
            state.byAddress[address] = own > 1 ? own - 1 : nil
        }
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
