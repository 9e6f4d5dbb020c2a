import JSON

// Rules for what runs to its end. A job that runs is what was asked for, however long it takes: nothing waits for it.
extension Health {
    static func job(_ view: StatusView) -> Health {
        for type in ["Failed", "FailureTarget"] {
            guard let failure = view.condition(type), failure.isTrue else { continue }
            let detail = failure.message.isEmpty ? "\(view.count("failed")) pods failed" : failure.message
            return failed(failure.word, detail)
        }
        for type in ["Complete", "SuccessCriteriaMet"] {
            if let complete = view.condition(type), complete.isTrue { return .current }
        }
        let isSuspended = view.condition("Suspended")?.isTrue ?? false
        if isSuspended || view.specification("suspend")?.boolValue == true {
            return Health(.current, "JobSuspended", "the job is suspended")
        }
        guard !view.statusText("startTime").isEmpty else {
            return inProgress("JobNotStarted", "the job has not started")
        }
        let (active, succeeded, failed) = (view.count("active"), view.count("succeeded"), view.count("failed"))
        return Health(
            .current,
            "JobInProgress",
            "\(active) pods run, \(succeeded) succeeded\(failed > 0 ? ", \(failed) failed" : "")"
        )
    }

    static func cronJob(_ view: StatusView) -> Health {
        guard view.specification("suspend")?.boolValue == true else { return .current }
        return Health(.current, "CronJobSuspended", "no job is started while it is suspended")
    }
}
