import Glibc
import Observability

/// The process as the system sees it, under the names that Prometheus' clients agreed on.
struct ProcessMetrics: Sendable {
    private let residentMemory: Gauge
    private let virtualMemory: Gauge
    private let openDescriptors: Gauge
    private let maximumDescriptors: Gauge
    private let threads: Gauge
    private let processorTime: Counter
    private let startTime: Gauge

    init(_ registry: MetricsRegistry) {
        residentMemory = registry.gauge("process_resident_memory_bytes", help: "Resident memory size in bytes.")
        virtualMemory = registry.gauge("process_virtual_memory_bytes", help: "Virtual memory size in bytes.")
        openDescriptors = registry.gauge("process_open_fds", help: "Number of open file descriptors.")
        maximumDescriptors = registry.gauge("process_max_fds", help: "Maximum number of open file descriptors.")
        threads = registry.gauge("process_threads", help: "Number of threads.")
        processorTime = registry.counter(
            "process_cpu_seconds_total",
            help: "Total user and system CPU time spent in seconds."
        )
        startTime = registry.gauge(
            "process_start_time_seconds",
            help: "Start time of the process since unix epoch in seconds."
        )
    }

    /// Reads everything anew; what the system does not tell keeps its value.
    func refresh() {
        if let stat = Self.text("/proc/self/stat") {
            // The name in parentheses may hold anything; what counts begins after it.
            let fields = stat[(stat.lastIndex(of: ")").map { stat.index(after: $0) } ?? stat.startIndex)...]
                .split(separator: " ").map { Double($0) ?? 0 }
            let ticks = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
            if fields.count > 21 {
                processorTime.raise(to: (fields[11] + fields[12]) / ticks)
                threads.set(fields[17])
                virtualMemory.set(fields[20])
                residentMemory.set(fields[21] * Double(sysconf(Int32(_SC_PAGESIZE))))
                if let boot = Self.bootTime() { startTime.set(boot + fields[19] / ticks) }
            }
        }
        if let count = Self.openDescriptors() { openDescriptors.set(Double(count)) }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            maximumDescriptors.set(Double(limit.rlim_cur))
        }
    }

    private static func bootTime() -> Double? {
        let line = text("/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst("btime ".count)) }
    }

    private static func openDescriptors() -> Int? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // The two names of folders, and the folder itself.
        return count - 3
    }

    /// A file of /proc, which does not know its own length.
    private static func text(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count < 1 << 20 {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
