import CPostgres

extension PostgresConnection {
    /// How many statements are on their way at once: bounds the memory for answers nobody has read yet.
    private static let pipelineDepth = 256

    /// Sends many statements without waiting for each answer.
    ///
    /// Outside a transaction every 256 statements are one implicit transaction; inside one they belong to it.
    ///
    /// - Throws: the first statement's `PostgresError`; the ones after it were not run.
    @discardableResult
    package func pipeline(_ batch: [SQL]) throws(PostgresError) -> [PostgresRows] {
        var results: [PostgresRows] = []
        results.reserveCapacity(batch.count)
        var rest = batch[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(Self.pipelineDepth)
            rest = rest.dropFirst(Self.pipelineDepth)
            guard PQenterPipelineMode(pointer) == 1 else { throw brokenPipeline() }
            defer { PQexitPipelineMode(pointer) }
            results += try run(chunk)
        }
        return results
    }

    /// What one message of a pipeline is for, as its answer is read.
    private enum Step {
        /// Makes a prepared statement of a text.
        case prepare(String)
        /// Closes a prepared statement that made room.
        case close
        case run(SQL)

        var text: String {
            switch self {
            case .prepare(let text): text
            case .close: "DEALLOCATE"
            case .run(let sql): sql.text
            }
        }
    }

    private func run(_ chunk: ArraySlice<SQL>) throws(PostgresError) -> [PostgresRows] {
        var steps: [Step] = []
        steps.reserveCapacity(chunk.count)
        for sql in chunk { steps += try send(sql) }
        guard PQpipelineSync(pointer) == 1 else { throw brokenPipeline() }
        var results: [PostgresRows] = []
        var first: PostgresError?
        for step in steps {
            // Each message is answered with one result and an end mark.
            while let result = PQgetResult(pointer) {
                let owned = PostgresResult(result)
                let status = PQresultStatus(result)
                let isDone = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
                switch step {
                case .run where isDone: results.append(PostgresRows(owned))
                case .prepare(let text) where !isDone: forget(text)
                default: break
                }
                guard !isDone, status != PGRES_PIPELINE_ABORTED, first == nil else { continue }
                first = error(of: owned, step.text)
            }
            guard PQstatus(pointer) == CONNECTION_OK else { throw first ?? brokenPipeline() }
        }
        // The answer to the sync.
        if let sync = PQgetResult(pointer) { PQclear(sync) }
        if let first { throw noting(first) }
        return results
    }

    /// Sends a statement, and before it what prepares it; returns what was sent.
    private func send(_ sql: SQL) throws(PostgresError) -> [Step] {
        let parameters = BoundParameters(sql.bindings)
        var steps: [Step] = []
        var isSent = true
        let name: String?
        switch plan(for: sql.text) {
        case .unprepared: name = nil
        case .prepared(let known): name = known
        case .prepare(let new, let closing):
            if let closing {
                isSent = PQsendQueryParams(pointer, "DEALLOCATE \(closing)", 0, nil, nil, nil, nil, 1) == 1
                steps.append(.close)
            }
            isSent =
                isSent
                && parameters.types.withUnsafeBufferPointer {
                    PQsendPrepare(pointer, new, sql.text, Int32($0.count), $0.baseAddress) == 1
                }
            steps.append(.prepare(sql.text))
            name = new
        }
        isSent =
            isSent
            && parameters.withArrays { arrays in
                guard let name else {
                    return PQsendQueryParams(
                        pointer,
                        sql.text,
                        arrays.count,
                        arrays.types,
                        arrays.values,
                        arrays.lengths,
                        arrays.formats,
                        1
                    )
                }
                return PQsendQueryPrepared(
                    pointer,
                    name,
                    arrays.count,
                    arrays.values,
                    arrays.lengths,
                    arrays.formats,
                    1
                )
            } == 1
        guard isSent else { throw brokenPipeline() }
        return steps + [.run(sql)]
    }

    private func brokenPipeline() -> PostgresError {
        PostgresError(.unavailable, "the pipeline broke: \(Self.oneLine(PQerrorMessage(pointer)))")
    }
}
