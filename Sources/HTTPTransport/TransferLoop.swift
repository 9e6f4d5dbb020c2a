import CCurl
import Glibc

/// The thread that owns a curl multi handle; ends when this object is gone or shut down.
final class TransferLoop: Sendable {
    let mailbox: Mailbox

    /// Starts the thread.
    ///
    /// - Throws: `HTTPTransportError` with code `other` when libcurl or the thread cannot be started.
    init(maximumIdleConnections: Int) throws(HTTPTransportError) {
        guard Self.libraryIsReady, let multi = curl_multi_init() else {
            throw HTTPTransportError(.other, "libcurl does not start; is memory short?", url: "")
        }
        otomi_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, maximumIdleConnections)
        let mailbox = Mailbox(multi: MultiHandle(pointer: multi))
        guard Self.startThread(TransferQueue(multi: MultiHandle(pointer: multi), mailbox: mailbox)) else {
            mailbox.close()
            curl_multi_cleanup(multi)
            throw HTTPTransportError(.other, "no thread can be started; is the process limit reached?", url: "")
        }
        self.mailbox = mailbox
    }

    deinit {
        mailbox.post(.stop)
    }

    func shutDown() async {
        mailbox.post(.stop)
        await mailbox.waitForEnd()
    }

    /// libcurl's global start, once and before any handle.
    private static let libraryIsReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

    private static func startThread(_ queue: TransferQueue) -> Bool {
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else { return false }
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, 512 << 10)
        var thread = pthread_t()
        let context = Unmanaged.passRetained(queue)
        let result = pthread_create(
            &thread,
            &attributes,
            { context in
                guard let context else { return nil }
                // Signals belong to the program's other threads; and a write to a closed TLS connection shall be an
                // error here, not the SIGPIPE that ends the process.
                var all = sigset_t()
                sigfillset(&all)
                pthread_sigmask(SIG_BLOCK, &all, nil)
                Unmanaged<TransferQueue>.fromOpaque(context).takeRetainedValue().run()
                return nil
            },
            context.toOpaque()
        )
        if result != 0 { context.release() }
        return result == 0
    }
}
