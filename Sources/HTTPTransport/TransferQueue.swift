import CCurl

/// What the loop's thread owns: the multi handle, the transfers in it, those that wait, and idle easy handles.
///
/// Not Sendable: made by one task, then handed to the thread, which alone touches it.
final class TransferQueue {
    /// Handles kept for reuse per client; more cost memory and save little.
    private static let maximumIdleHandles = 16
    /// How long the thread sleeps at most when nothing is due.
    private static let longestSleep: Duration = .seconds(60)

    private let multi: UnsafeMutableRawPointer
    private let mailbox: Mailbox
    private var running: [ObjectIdentifier: Transfer] = [:]
    private var waiting: [String: Waiting] = [:]
    private var waitingCount = 0
    /// No waiting transfer is due before this; it may be too early, never too late.
    private var nextDeadline: ContinuousClock.Instant?
    /// Whether a transfer was started since the last `curl_multi_perform`.
    private var hasNewWork = false
    private var idleHandles: [ObjectIdentifier: IdleHandles] = [:]
    private var errorTexts: [UnsafeMutablePointer<CChar>] = []

    /// The transfers of one host.
    private struct Waiting {
        var running = 0
        var queue: [Transfer] = []
        var first = 0
    }

    /// The idle handles of one client; holding the template keeps its identity from being given to another one.
    private struct IdleHandles {
        let template: HandleTemplate
        var handles: [UnsafeMutableRawPointer] = []
    }

    init(multi: MultiHandle, mailbox: Mailbox) {
        self.multi = multi.pointer
        self.mailbox = mailbox
    }

    /// Works until told to stop; then fails what is left and frees everything.
    func run() {
        var commands: [Mailbox.Command] = []
        var isStopping = false
        while !isStopping {
            mailbox.takeAll(into: &commands)
            for command in commands where !handle(command) { isStopping = true }
            commands.removeAll(keepingCapacity: true)
            perform()
            if !isStopping {
                _ = curl_multi_poll(multi, nil, 0, Int32(clamping: sleep().milliseconds), nil)
            }
        }
        end()
    }

    // MARK: - Commands

    /// Returns `false` for the command that ends the loop.
    private func handle(_ command: Mailbox.Command) -> Bool {
        switch command {
        case .start(let transfer): admit(transfer)
        case .cancel(let transfer): cancel(transfer)
        case .resume(let transfer):
            if let handle = transfer.handle { curl_easy_pause(handle, CURLPAUSE_CONT) }
        case .release(let template):
            let idle = idleHandles.removeValue(forKey: ObjectIdentifier(template))
            for handle in idle?.handles ?? [] { curl_easy_cleanup(handle) }
        case .stop: return false
        }
        return true
    }

    private func admit(_ transfer: Transfer) {
        guard !transfer.isCancelled else {
            transfer.finish(.cancelled(url: transfer.request.url))
            return
        }
        guard !transfer.isStream else {
            start(transfer)
            return
        }
        let configuration = transfer.template.configuration
        let host = URLParts.origin(transfer.request.url)
        transfer.host = host
        if waiting[host, default: Waiting()].running < configuration.maximumConcurrentRequestsPerHost {
            start(transfer)
        } else if waitingCount >= configuration.maximumWaitingRequests {
            let message = "\(waitingCount) requests wait for this host already; send fewer at once"
            transfer.finish(HTTPTransportError(.other, message, url: transfer.request.url))
        } else {
            waiting[host]?.queue.append(transfer)
            waitingCount += 1
            if let deadline = transfer.deadline { nextDeadline = min(nextDeadline ?? deadline, deadline) }
        }
    }

    private func cancel(_ transfer: Transfer) {
        transfer.isCancelled = true
        guard transfer.handle != nil else {
            // Not started yet, waiting for its turn (where it is skipped), or over.
            if !transfer.host.isEmpty { transfer.finish(.cancelled(url: transfer.request.url)) }
            return
        }
        finish(transfer, .cancelled(url: transfer.request.url))
    }

    // MARK: - Transfers

    private func start(_ transfer: Transfer) {
        let remaining = transfer.deadline.map { ContinuousClock.now.duration(to: $0) }
        if let remaining, remaining <= .zero {
            transfer.finish(.turnTimedOut(transfer.request))
            return
        }
        if let fault = transfer.request.fault {
            transfer.finish(HTTPTransportError(.invalidRequest, fault, url: transfer.request.url))
            return
        }
        guard let handle = takeHandle(for: transfer.template) else {
            let message = "libcurl does not take the TLS settings; check the certificates and the key"
            transfer.finish(HTTPTransportError(.invalidRequest, message, url: transfer.request.url))
            return
        }
        transfer.handle = handle
        transfer.headerList = HandleTemplate.headerList(for: transfer.request)
        transfer.errorText = takeErrorText()
        running[ObjectIdentifier(transfer)] = transfer
        if !transfer.isStream { waiting[transfer.host, default: Waiting()].running += 1 }
        let code = transfer.template.apply(transfer, to: handle, remaining: remaining)
        if code != CURLE_OK || curl_multi_add_handle(multi, handle) != CURLM_OK {
            finish(transfer, transfer.error(for: code == CURLE_OK ? CURLE_OUT_OF_MEMORY : code))
        }
    }

    /// Runs what is due and finishes what ended; repeats while that lets others start.
    private func perform() {
        repeat {
            hasNewWork = false
            var count: Int32 = 0
            _ = curl_multi_perform(multi, &count)
            var left: Int32 = 0
            while let message = curl_multi_info_read(multi, &left) {
                var code = CURLE_OK
                guard let handle = otomi_curl_message_done(message, &code),
                    let context = otomi_curl_get_private(handle)
                else { continue }
                let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                finish(transfer, code == CURLE_OK ? nil : transfer.error(for: code))
            }
        } while hasNewWork
        dropOverdue()
    }

    private func finish(_ transfer: Transfer, _ error: HTTPTransportError?) {
        release(transfer)
        transfer.finish(error)
        guard !transfer.host.isEmpty else { return }
        startNext(for: transfer.host, limit: transfer.template.configuration.maximumConcurrentRequestsPerHost)
    }

    /// Takes the handle out of libcurl and gives back what the transfer borrowed.
    private func release(_ transfer: Transfer) {
        guard let handle = transfer.handle else { return }
        transfer.handle = nil
        curl_multi_remove_handle(multi, handle)
        transfer.template.clear(handle)
        giveBack(handle, of: transfer.template)
        if let list = transfer.headerList { curl_slist_free_all(list) }
        transfer.headerList = nil
        if let text = transfer.errorText { errorTexts.append(text) }
        transfer.errorText = nil
        running[ObjectIdentifier(transfer)] = nil
        if !transfer.host.isEmpty { waiting[transfer.host]?.running -= 1 }
    }

    private func startNext(for host: String, limit: Int) {
        while var line = waiting[host], line.running < limit {
            guard line.first < line.queue.count else {
                waiting[host] = line.running == 0 ? nil : Waiting(running: line.running)
                return
            }
            let next = line.queue[line.first]
            line.first += 1
            if line.first > 64, line.first * 2 > line.queue.count {
                line.queue.removeFirst(line.first)
                line.first = 0
            }
            waiting[host] = line
            waitingCount -= 1
            guard !next.isDone else { continue }
            start(next)
            hasNewWork = true
        }
    }

    /// Fails the waiting transfers whose time ran out; they keep their place in the line, where they are skipped.
    private func dropOverdue() {
        guard waitingCount > 0, let next = nextDeadline else {
            nextDeadline = nil
            return
        }
        let now = ContinuousClock.now
        guard next <= now else { return }
        nextDeadline = nil
        for line in waiting.values {
            for transfer in line.queue[line.first...] where !transfer.isDone {
                guard let deadline = transfer.deadline else { continue }
                if deadline <= now {
                    transfer.finish(.turnTimedOut(transfer.request))
                } else {
                    nextDeadline = min(nextDeadline ?? deadline, deadline)
                }
            }
        }
    }

    /// Until when nothing of ours is due; libcurl shortens it for its own timers.
    private func sleep() -> Duration {
        guard let nextDeadline else { return Self.longestSleep }
        return min(Self.longestSleep, ContinuousClock.now.duration(to: nextDeadline))
    }

    // MARK: - What is lent to transfers

    private func takeHandle(for template: HandleTemplate) -> UnsafeMutableRawPointer? {
        idleHandles[ObjectIdentifier(template)]?.handles.popLast() ?? template.makeHandle()
    }

    private func giveBack(_ handle: UnsafeMutableRawPointer, of template: HandleTemplate) {
        let id = ObjectIdentifier(template)
        if idleHandles[id, default: IdleHandles(template: template)].handles.count < Self.maximumIdleHandles {
            idleHandles[id, default: IdleHandles(template: template)].handles.append(handle)
        } else {
            curl_easy_cleanup(handle)
        }
    }

    private func takeErrorText() -> UnsafeMutablePointer<CChar> {
        let text = errorTexts.popLast() ?? .allocate(capacity: Int(CURL_ERROR_SIZE))
        text.pointee = 0
        return text
    }

    // MARK: - The end

    private func end() {
        for transfer in running.values {
            release(transfer)
            transfer.finish(.clientShutDown(url: transfer.request.url))
        }
        for transfer in waiting.values.flatMap({ $0.queue[$0.first...] }) {
            transfer.finish(.clientShutDown(url: transfer.request.url))
        }
        mailbox.close()
        var commands: [Mailbox.Command] = []
        mailbox.takeAll(into: &commands)
        for case .start(let transfer) in commands { transfer.finish(.clientShutDown(url: transfer.request.url)) }
        for handle in idleHandles.values.flatMap(\.handles) { curl_easy_cleanup(handle) }
        curl_multi_cleanup(multi)
        for text in errorTexts { text.deallocate() }
        mailbox.announceEnd()
    }
}

extension HTTPTransportError {
    static func turnTimedOut(_ request: HTTPRequest) -> HTTPTransportError {
        HTTPTransportError(.timeout, "the time ran out while waiting for a free connection", url: request.url)
    }
}
