import Synchronization

/// How many bytes of layers all parcels that are on their way may carry together.
///
/// A whole fleet may be woken at once, and each of its parcels is in memory until it is written. Who finds no room sends
/// what is small, and the agent fetches its layers as ever.
final class ParcelRoom: Sendable {
    /// What one parcel takes, until nobody holds it any more.
    final class Share: Sendable {
        private let room: ParcelRoom
        private let bytes: Int

        fileprivate init(of room: ParcelRoom, bytes: Int) {
            self.room = room
            self.bytes = bytes
        }

        deinit { room.left.withLock { $0 += bytes } }
    }

    private let left: Mutex<Int>

    init(bytes: Int = 64 << 20) {
        left = Mutex(bytes)
    }

    /// Takes so many bytes; `nil` when they are not left.
    func take(_ bytes: Int) -> Share? {
        let isLeft = left.withLock { left in
            guard bytes <= left else { return false }
            left -= bytes
            return true
        }
        return isLeft ? Share(of: self, bytes: bytes) : nil
    }
}
