package import JSON

/// What became of a trial on one cluster.
package struct TrialReport: Hashable, Sendable, JSONRepresentable {
    /// How long the JSON of the results of one report may be.
    package static let maximumBytes = 384 << 10

    /// The trial, as the signed directive names it.
    package let id: String
    /// Why nothing could be tried; `nil` when it could.
    package let failure: String?
    package let results: [TrialResult]
    /// How many results are left out because the report would be too long.
    package let omitted: Int

    /// Keeps as many results as the bound lets it.
    package init(id: String, failure: String? = nil, results: [TrialResult] = []) {
        var kept: [TrialResult] = []
        var bytes = 0
        for result in results.prefix(TrialEntry.maximumCount) {
            bytes += result.json.serialized().count
            guard bytes <= Self.maximumBytes else { break }
            kept.append(result)
        }
        self.init(
            id: id,
            failure: failure.map { Report.bounded($0) },
            results: kept,
            omitted: results.count - kept.count
        )
    }

    private init(id: String, failure: String?, results: [TrialResult], omitted: Int) {
        self.id = id
        self.failure = failure
        self.results = results
        self.omitted = omitted
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` naming the member that is missing or beyond its bound.
    package init(json: JSONValue) throws(JSONError) {
        let results: [TrialResult] = try json.optional("results") ?? []
        guard results.count <= TrialEntry.maximumCount else {
            throw JSONError("has more than \(TrialEntry.maximumCount)", at: JSONPointer(["results"]))
        }
        let failure: String? = try json.optional("failure")
        self.init(
            id: try json.required("id"),
            failure: failure.map { Report.bounded($0) },
            results: results,
            omitted: max(0, try json.optional("omitted") ?? 0)
        )
    }

    package var json: JSONValue {
        .members([
            "id": id, "failure": failure, "results": results, "omitted": omitted == 0 ? nil : omitted,
        ])
    }
}
