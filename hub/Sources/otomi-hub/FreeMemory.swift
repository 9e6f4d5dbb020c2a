import Concurrency
import Glibc
import ServiceLifecycle

/// Gives free memory back to the system.
///
/// A change of the whole fleet needs much of it for some seconds. glibc keeps what became free, in as many heaps as there are
/// threads, until something that is still in use at a heap's end goes.
struct FreeMemory: Service {
    private typealias Option = @convention(c) (Int32, Int32) -> Int32
    private typealias Trim = @convention(c) (Int) -> Int32

    /// `M_ARENA_MAX` of glibc's malloc.h, which its module map does not have.
    private static let maximumArenas: Int32 = -8
    private static let interval = Duration.seconds(15)

    /// Bounds the number of heaps; to be called before there are threads.
    static func shareHeaps() {
        if let symbol = dlsym(nil, "mallopt") { _ = unsafeBitCast(symbol, to: Option.self)(maximumArenas, 4) }
    }

    func run() async throws {
        guard let symbol = dlsym(nil, "malloc_trim") else { return try await gracefulShutdown() }
        let trim = unsafeBitCast(symbol, to: Trim.self)
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.interval)) != nil { _ = trim(0) }
        }
    }
}
