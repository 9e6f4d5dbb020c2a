import Foundation
import Glibc
import HTTPTransport
import SimulatedFleet

/// What the machine itself can do, measured in the same run: figures beside these travel to other machines.
struct Limits {
    /// Writes of eight kilobytes that reach the disk, a second, one after the other.
    let syncedWrites: Double
    /// Requests that the hub answers without its database, a second, eight at once over kept connections.
    let bareRequests: Double

    /// Measures both, a second each.
    static func measure(_ hub: FleetHub) async throws -> Limits {
        Limits(syncedWrites: try syncedWrites(in: hub.folder), bareRequests: try await bareRequests(hub))
    }

    private static func syncedWrites(in folder: URL) throws -> Double {
        let path = folder.appending(path: "synced").path
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw FleetFailure("no file \(path)") }
        defer {
            close(file)
            unlink(path)
        }
        let page = [UInt8](repeating: 7, count: 8_192)
        let start = ContinuousClock.now
        var count = 0
        while start.duration(to: .now) < .seconds(1) {
            guard pwrite(file, page, page.count, off_t(count % 64 * page.count)) == page.count, fdatasync(file) == 0
            else {
                throw FleetFailure("no synced write to \(path)")
            }
            count += 1
        }
        return Double(count) / start.duration(to: .now).inSeconds
    }

    private static func bareRequests(_ hub: FleetHub) async throws -> Double {
        let start = ContinuousClock.now
        let count = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var count = 0
                    while start.duration(to: .now) < .seconds(1) {
                        guard try await hub.get("/livez").isSuccess else { throw FleetFailure("/livez is refused") }
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        return Double(count) / start.duration(to: .now).inSeconds
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
