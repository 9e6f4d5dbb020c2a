package import AgentProtocol
package import Bundles

/// What the agent asks of its hub; over HTTP in the product, scripted in tests.
package protocol HubConnection: Sendable {
    /// Enrols with a one-time token. Repeating it with the same key is answered alike.
    func enrol(_ request: EnrolRequest) async throws(HubError) -> EnrolResponse

    /// Replaces the agent's keys. Repeating it with the same new keys is answered alike.
    func rotate(_ request: RotateRequest) async throws(HubError) -> RotateResponse

    /// Asks for new keys in place of ones that the hub does not take any more; an operator decides.
    func renew(_ request: RenewRequest) async throws(HubError) -> RotateResponse

    /// The timestamp file, as soon as it is another than `after` (any, without it) or there is a newer root than `root`;
    /// `nil` when none of both came in `wait`.
    ///
    /// With the `generation` of the bundle whose layers the agent has, the hub may carry along what would be asked for next.
    func news(
        after version: Int64?,
        root: Int64?,
        generation: Int64?,
        wait: Duration
    ) async throws(HubError) -> Parcel?

    /// A versioned metadata file; `nil` when the hub has none of that name.
    func metadata(_ file: MetadataFileName, limit: Int) async throws(HubError) -> [UInt8]?

    /// The bytes of a layer, no more than `length`.
    func layer(_ digest: Digest, length: Int) async throws(HubError) -> [UInt8]

    /// Hands over a report; the answer says whether the hub has stored it, and what else it wants.
    func report(_ report: Report) async throws(HubError) -> ReportResponse

    /// Hands over the states of objects that the hub asked for; the answer says which buckets it wants next.
    func objects(_ report: ObjectsReport) async throws(HubError) -> ReportResponse

    /// Hands over what became of a trial; a hub that does not wait for it any more takes it all the same.
    func trial(_ report: TrialReport) async throws(HubError)
}

extension HubConnection {
    /// For hubs that never ask for one.
    package func trial(_ report: TrialReport) async throws(HubError) {
        throw HubError(.refused, "this hub knows no trials")
    }

    /// The timestamp file as it is now, for whoever only wants to know whether the hub answers.
    package func timestamp() async throws(HubError) -> [UInt8]? {
        try await news(after: nil, root: nil, generation: nil, wait: .zero)?.timestamp
    }
}
