import Glibc

extension ProgramRunner {
    /// The programs of this machine.
    package static let process = ProgramRunner { name, arguments, input in
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw CommandFailure(.failure, "no pipe: \(systemMessage(errno))") }
        let (reading, writing) = (ends[0], ends[1])
        // The program must not hold the end that it waits for to be closed.
        _ = fcntl(writing, F_SETFD, FD_CLOEXEC)
        let started: pid_t
        do { started = try spawn(name, arguments, input: reading) } catch {
            close(reading)
            close(writing)
            throw error
        }
        close(reading)
        write(input, to: writing)
        close(writing)
        var status: Int32 = 0
        while waitpid(started, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }

    private static func spawn(_ name: String, _ arguments: [String], input: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        if input != STDIN_FILENO { posix_spawn_file_actions_addclose(&actions, input) }
        var words: [UnsafeMutablePointer<CChar>?] = ([name] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var identifier: pid_t = 0
        let failure = posix_spawnp(&identifier, name, &actions, nil, &words, environ)
        if failure == ENOENT { throw missing(name) }
        guard failure == 0 else {
            throw CommandFailure(.failure, "\(name) cannot be started: \(systemMessage(failure))")
        }
        return identifier
    }

    /// Writes all of `text`, unless the program ends before it has read it; its exit status tells why.
    private static func write(_ text: String, to descriptor: Int32) {
        let earlier = signal(SIGPIPE, SIG_IGN)
        defer { signal(SIGPIPE, earlier) }
        var text = text
        text.withUTF8 { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }
}
