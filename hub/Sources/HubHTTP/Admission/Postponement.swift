import HubAPI

/// A problem with the time after which the request may be sent again.
struct Postponement: Error {
    let problem: Problem
    let retryAfterSeconds: Int

    init(_ problem: Problem, retryAfterSeconds: Int) {
        self.problem = problem
        self.retryAfterSeconds = retryAfterSeconds
    }
}
