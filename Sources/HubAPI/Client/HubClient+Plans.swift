import HTTPTransport
import JSON

extension HubClient {
    /// How long a plan of a large fleet may take.
    private static let patience: Duration = .seconds(90)

    /// What a change would do to the fleet.
    ///
    /// - Throws: `HubClientError`; `invalid` with every fault when the change could not be committed.
    package func plan(_ request: PlanRequest) async throws(HubClientError) -> Plan {
        let action = "planning the change"
        let response = try await send(
            .post,
            Route.plans.path(),
            body: request.json,
            waiting: Self.patience,
            action: action
        )
        return try decode(response, action: action)
    }

    /// A plan that agents try, with what they have answered so far.
    ///
    /// - Throws: `HubClientError`; `notFound` when there is none of that id, or none any more.
    package func plan(_ id: String) async throws(HubClientError) -> Plan {
        try await get(Route.plan.path(id), action: "reading the plan")
    }
}
