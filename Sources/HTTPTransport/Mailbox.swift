import CCurl
import Synchronization

/// A curl multi handle.
///
/// SAFETY (`@unchecked Sendable`): only the loop's thread calls libcurl with it, but for `curl_multi_wakeup`, the one
/// call that libcurl allows from other threads; `Mailbox` makes it under its lock, and forgets the handle under that
/// lock before the thread frees it.
struct MultiHandle: @unchecked Sendable {
    let pointer: UnsafeMutableRawPointer
}

/// What tasks ask of a loop's thread: a queue, and the bell that wakes the thread.
final class Mailbox: Sendable {
    enum Command {
        case start(Transfer)
        case cancel(Transfer)
        case resume(Transfer)
        /// A client is gone: its handles are not needed any more.
        case release(HandleTemplate)
        case stop
    }

    private struct State {
        var commands: [Command] = []
        var isOpen = true
        var stopWaiters: [UnsafeContinuation<Void, Never>] = []
        var isEnded = false
        /// `nil` from the moment the thread is about to free it.
        var multi: MultiHandle?
    }

    private let state: Mutex<State>

    init(multi: MultiHandle) {
        state = Mutex(State(multi: multi))
    }

    /// Queues `command` and wakes the thread; `false` when the loop was shut down and nobody will ever take it.
    @discardableResult
    func post(_ command: Command) -> Bool {
        state.withLock { state in
            guard state.isOpen else { return false }
            if case .stop = command { state.isOpen = false }
            state.commands.append(command)
            // One ring wakes the thread for everything queued behind it.
            if state.commands.count == 1, let multi = state.multi { curl_multi_wakeup(multi.pointer) }
            return true
        }
    }

    func takeAll(into commands: inout [Command]) {
        state.withLock { swap(&$0.commands, &commands) }
    }

    /// Forgets the multi handle, before the thread frees it.
    func close() {
        state.withLock { state in
            state.isOpen = false
            state.multi = nil
        }
    }

    /// Wakes those who wait for the thread's end.
    func announceEnd() {
        let waiters = state.withLock { state in
            state.isEnded = true
            defer { state.stopWaiters = [] }
            return state.stopWaiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func waitForEnd() async {
        await withUnsafeContinuation { continuation in
            let isEnded = state.withLock { state in
                if !state.isEnded { state.stopWaiters.append(continuation) }
                return state.isEnded
            }
            if isEnded { continuation.resume() }
        }
    }
}
