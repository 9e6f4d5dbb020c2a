import HTTPTransport
import JSON

/// The objects of a kind and every change of them, as an asynchronous sequence.
///
/// It has no end of its own: it lists, watches, and begins again as it must, and ends only when the reading task is
/// cancelled. Nothing is read ahead: a slow reader makes the server wait.
package struct ObjectWatch: AsyncSequence, Sendable {
    package typealias Element = WatchEvent
    package typealias Failure = Never

    let client: KubernetesClient
    let type: GroupVersionKind
    let namespace: String?
    let options: ListOptions

    package func makeAsyncIterator() -> Iterator { Iterator(self) }

    /// Does the requests as events are asked for.
    package struct Iterator: AsyncIteratorProtocol, Sendable {
        private let watch: ObjectWatch
        private var machine: WatchMachine
        private var events: [WatchEvent] = []
        private var nextEvent = 0
        private var stream: HTTPResponseStream?
        private var streamStart = ContinuousClock.now
        /// How long the server was asked to keep the stream.
        private var streamLife = Duration.zero
        private var splitter = LineSplitter()
        private var generator = SystemRandomNumberGenerator()

        init(_ watch: ObjectWatch) {
            self.watch = watch
            machine = WatchMachine(type: watch.type)
        }

        /// The next event, `nil` once the task is cancelled.
        package mutating func next() async -> WatchEvent? {
            while !Task.isCancelled {
                if nextEvent < events.count {
                    nextEvent += 1
                    return events[nextEvent - 1]
                }
                events.removeAll(keepingCapacity: events.count < 64)
                nextEvent = 0
                await advance()
            }
            stream?.cancel()
            stream = nil
            return nil
        }

        package mutating func next(isolation actor: isolated (any Actor)?) async -> WatchEvent? {
            await next()
        }

        // MARK: - One step

        private mutating func advance() async {
            do throws(KubernetesError) {
                switch machine.step {
                case .pause(let wait):
                    // Cancellation ends the sleep early, and then the sequence.
                    try? await Task.sleep(for: wait)
                    handle(.pauseOver)
                case .list(let token):
                    stream = nil
                    let resource = try await watch.client.resource(for: watch.type)
                    let page = try await watch.client.page(
                        of: resource,
                        namespace: watch.namespace,
                        watch.options,
                        from: token
                    )
                    handle(.page(page))
                case .watch(let version): try await readOn(from: version)
                }
            } catch {
                stream = nil
                if error.code == .notServed || error.code == .notFound {
                    watch.client.discovery.invalidate(group: watch.type.group)
                }
                handle(.failed(error))
            }
        }

        private mutating func readOn(from version: String) async throws(KubernetesError) {
            let stream = try await openStream(from: version)
            let chunk: [UInt8]?
            do throws(HTTPTransportError) {
                chunk = try await stream.next()
            } catch { throw KubernetesError(error, operation: "watch \(watch.type)") }
            guard let chunk else {
                self.stream = nil
                let lasted = streamStart.duration(to: .now)
                handle(.streamEnded(lasted: lasted, isEarly: lasted < streamLife - .seconds(1)))
                return
            }
            do throws(LineSplitter.LineTooLong) {
                for line in try splitter.lines(adding: chunk) { try take(line) }
            } catch {
                throw KubernetesError(
                    .malformed,
                    "an event is longer than \(error.limit) bytes",
                    operation: "watch \(watch.type)"
                )
            }
        }

        private mutating func take(_ line: [UInt8]) throws(LineSplitter.LineTooLong) {
            guard case .watch = machine.step else { return }
            do throws(JSONError) {
                handle(.line(try JSONValue(parsing: line)))
            } catch {
                handle(
                    .failed(
                        KubernetesError(.malformed, "an event is no JSON: \(error)", operation: "watch \(watch.type)")
                    )
                )
            }
            // After an error event there is nothing more to read here.
            if case .watch = machine.step { return }
            stream?.cancel()
            stream = nil
        }

        private mutating func openStream(from version: String) async throws(KubernetesError) -> HTTPResponseStream {
            if let stream { return stream }
            let client = watch.client
            let resource = try await client.resource(for: watch.type)
            // Spread, so that a fleet's watches do not all end at the same moment.
            let seconds = Int.random(in: 280...340, using: &generator)
            let query = watch.options.query(adding: [
                "watch": "true", "allowWatchBookmarks": "true", "resourceVersion": version,
                "timeoutSeconds": String(seconds),
            ])
            let request = try client.connection.request(
                .get,
                resource.path(namespace: watch.namespace) + query,
                headers: ["Accept": watch.options.accept(list: false)],
                timeout: .seconds(seconds + 30),
                as: client.impersonation
            )
            streamStart = .now
            streamLife = .seconds(seconds)
            splitter = LineSplitter()
            let opened = try await client.connection.stream(request, operation: "watch \(watch.type)")
            stream = opened
            return opened
        }

        private mutating func handle(_ input: WatchMachine.Input) {
            events += machine.handle(input, using: &generator)
        }
    }
}
