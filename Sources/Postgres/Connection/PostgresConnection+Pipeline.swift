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

    private func run(_ chunk: ArraySlice<SQL>) throws(PostgresError) -> [PostgresRows] {
        for sql in chunk {
            let sent = BoundParameters(sql.bindings).withArrays { arrays in
                PQsendQueryParams(
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
            guard sent == 1 else { throw brokenPipeline() }
        }
        guard PQpipelineSync(pointer) == 1 else { throw brokenPipeline() }
        var results: [PostgresRows] = []
        var first: PostgresError?
        for sql in chunk {
            // Each statement answers with one result and an end mark.
            while let result = PQgetResult(pointer) {
                let owned = PostgresResult(result)
                switch PQresultStatus(result) {
                case PGRES_COMMAND_OK, PGRES_TUPLES_OK: results.append(PostgresRows(owned))
                case PGRES_PIPELINE_ABORTED: break
                default: if first == nil { first = error(of: owned, sql.text) }
                }
            }
            guard PQstatus(pointer) == CONNECTION_OK else { throw first ?? brokenPipeline() }
        }
        // The answer to the sync.
        if let sync = PQgetResult(pointer) { PQclear(sync) }
        if let first { throw first }
        return results
    }

    private func brokenPipeline() -> PostgresError {
        PostgresError(.unavailable, "the pipeline broke: \(Self.oneLine(PQerrorMessage(pointer)))")
    }
}
