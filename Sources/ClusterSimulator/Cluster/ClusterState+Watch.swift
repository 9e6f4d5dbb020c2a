import JSON

/// One watch on one resource.
struct Watcher: Sendable {
    let identifier: Int
    let scope: ClusterState.Scope
    let selectors: Selectors
    let presentation: Presentation
    let wantsBookmarks: Bool
    let continuation: AsyncStream<[UInt8]>.Continuation
    /// Whether a table's columns have been sent.
    var hasColumns = false

    /// Whether the watch is on the resource and namespace of an object.
    func covers(_ key: ResourceKey, _ name: ObjectName) -> Bool {
        guard scope.type.key == key else { return false }
        if !scope.name.isEmpty, scope.name != name.name { return false }
        return !scope.type.isNamespaced || scope.namespace.isEmpty || scope.namespace == name.namespace
    }

    /// How a change looks to this watch; `nil` when it does not show.
    func change(_ event: ObjectStore.Event) -> ObjectStore.Change? {
        let isSeen = selectors.matches(event.object)
        let wasSeen = event.previous.map(selectors.matches) ?? false
        switch (wasSeen, isSeen) {
        case (_, _) where event.change == .deleted: return wasSeen ? .deleted : nil
        case (false, true): return .added
        case (true, true): return .modified
        case (true, false): return .deleted
        case (false, false): return nil
        }
    }
}

extension ClusterState {
    /// Begins a watch: everything from the given version on, or the present state and then its changes.
    ///
    /// - Throws: 400 for a selector or version that cannot be read.
    mutating func watch(_ scope: Scope) throws(APIStatus) -> APIResponse {
        let request = scope.request
        let selectors = try Selectors(
            label: request.parameter("labelSelector"),
            field: request.parameter("fieldSelector")
        )
        let (stream, continuation) = AsyncStream.makeStream(
            of: [UInt8].self,
            bufferingPolicy: .bufferingOldest(WatchStream.capacity)
        )
        nextWatcher += 1
        var watcher = Watcher(
            identifier: nextWatcher,
            scope: scope,
            selectors: selectors,
            presentation: Presentation(scope),
            wantsBookmarks: request.flag("allowWatchBookmarks"),
            continuation: continuation
        )
        let answer = APIResponse(
            body: .events(
                WatchStream(
                    events: stream,
                    timeoutSeconds: request.parameter("timeoutSeconds").flatMap(Int.init),
                    identifier: nextWatcher
                )
            )
        )
        let asked = request.parameter("resourceVersion") ?? ""
        guard let revision = asked.isEmpty ? 0 : Int64(asked) else {
            throw .badRequest("invalid resource version \"\(asked)\"")
        }
        if revision == 0 {
            let namespace = scope.type.isNamespaced && !scope.namespace.isEmpty ? scope.namespace : nil
            for object in store.objects(scope.type.key, namespace: namespace)
            where watcher.covers(scope.type.key, object.name) && selectors.matches(object) {
                continuation.yield(watcher.presentation.event(.added, object, isFirst: !watcher.hasColumns, now: now))
                watcher.hasColumns = true
            }
        } else if let changes = store.changes(after: revision) {
            for event in changes where watcher.covers(event.key, event.object.name) {
                guard let change = watcher.change(event) else { continue }
                let isFirst = !watcher.hasColumns
                continuation.yield(watcher.presentation.event(change, event.object, isFirst: isFirst, now: now))
                watcher.hasColumns = true
            }
        } else {
            let status = APIStatus.expired(revision, oldest: store.forgotten)
            continuation.yield(Presentation.line(["type": "ERROR", "object": status.json]))
            continuation.finish()
            return answer
        }
        watchers[nextWatcher] = watcher
        return answer
    }

    /// Shows a change to every watch that it concerns.
    mutating func publish(_ event: ObjectStore.Event) {
        for (identifier, watcher) in watchers where watcher.covers(event.key, event.object.name) {
            guard let change = watcher.change(event) else { continue }
            let line = watcher.presentation.event(change, event.object, isFirst: !watcher.hasColumns, now: now)
            watchers[identifier]?.hasColumns = true
            switch watcher.continuation.yield(line) {
            case .enqueued: break
            default: lose(identifier)
            }
        }
    }

    /// Tells every watch that asked for it how far it has come.
    mutating func sendBookmarks(only chosen: Int? = nil) {
        for (identifier, watcher) in watchers where watcher.wantsBookmarks && (chosen ?? identifier) == identifier {
            _ = watcher.continuation.yield(watcher.presentation.bookmark(revision: store.revision))
        }
    }

    /// Ends a watch as soon as nobody holds the state.
    mutating func lose(_ identifier: Int) {
        if let watcher = watchers.removeValue(forKey: identifier) { lostWatchers.append(watcher) }
    }
}
