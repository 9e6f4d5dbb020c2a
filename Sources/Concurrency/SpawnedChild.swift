package import Glibc

/// A child process, as the system calls start it and wait for it; both block the thread.
package struct SpawnedChild: Sendable {
    private typealias CloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

    /// `posix_spawn_file_actions_addclosefrom_np` of glibc's spawn.h, which its module map leaves out.
    private static let closeFrom = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map {
        unsafeBitCast($0, to: CloseFrom.self)
    }

    package let pid: pid_t

    /// It could not be started.
    package struct Unstartable: Error, CustomStringConvertible {
        package let description: String
    }

    /// Starts a program in a process group of its own, so that a terminal's Ctrl-C does not reach it, and with the signals
    /// as a shell leaves them.
    ///
    /// - Parameters:
    ///   - words: the program, which is looked for in this process's `PATH`, and its arguments.
    ///   - environment: what it finds in its environment, as `NAME=value`.
    ///   - files: says what its descriptors are.
    /// - Throws: `Unstartable`.
    package init(
        _ words: [String],
        environment: [String],
        files: (inout posix_spawn_file_actions_t) -> Void
    ) throws(Unstartable) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        files(&actions)
        // It inherits nothing that this process has open besides: neither others' connections nor their number.
        _ = Self.closeFrom?(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { (word: String) in strdup(word) } + [nil]
        let entries: [UnsafeMutablePointer<CChar>?] = environment.map { (entry: String) in strdup(entry) } + [nil]
        defer { for text in arguments + entries { free(text) } }
        var pid = pid_t()
        let code = posix_spawnp(&pid, words[0], &actions, &attributes, arguments, entries)
        guard code == 0 else { throw Unstartable(description: String(cString: strerror(code))) }
        self.pid = pid
    }

    /// Waits until it has ended.
    ///
    /// - Returns: the status as a shell gives it.
    package func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1 && errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : 128 + signal
    }
}
