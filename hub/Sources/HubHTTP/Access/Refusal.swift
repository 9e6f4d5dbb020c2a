import HubAPI
import Values

/// Why somebody does not get what they asked for; it is answered as a problem and stands in the audit log.
struct Refusal: Error {
    let action: Action
    /// What they would have done it to.
    let object: String
    let problem: Problem

    init(action: Action, object: String, problem: Problem) {
        self.action = action
        self.object = object
        self.problem = problem
    }

    /// The refusal that an error is; `nil` for one that is none.
    init?(_ error: any Error, _ action: Action, _ object: String) {
        if let refusal = error as? Refusal {
            self = refusal
        } else if let problem = error as? Problem, problem.kind == .forbidden {
            self.init(action: action, object: object, problem: problem)
        } else {
            return nil
        }
    }

    /// What they may know exists, and may not do.
    static func refused(_ caller: Caller, _ action: Action, on object: String, errors: [Fault] = []) -> Refusal {
        refused(caller.principal, action, on: object, errors: errors)
    }

    /// The same of somebody of whom no more is known.
    static func refused(
        _ principal: Principal,
        _ action: Action,
        on object: String,
        errors: [Fault] = []
    ) -> Refusal {
        var problem = Problem(
            .forbidden,
            detail: "'\(principal.name)' may not \(action.sentence).",
            hint: "otomi permissions shows what you may do; a platform admin may do this.",
            errors: errors
        )
        if let first = errors.first { problem.detail = "'\(principal.name)' may not change all of this: \(first)" }
        return Refusal(action: action, object: object, problem: problem)
    }

    /// What does not exist as far as they can tell: the same words as for what does not exist at all.
    static func hidden(_ action: Action, _ object: String) -> Refusal {
        Refusal(
            action: action,
            object: object,
            problem: Problem(.notFound, detail: "\(object) does not exist")
        )
    }
}
