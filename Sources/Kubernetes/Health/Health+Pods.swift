import JSON

extension Health {
    static func pod(_ view: StatusView) -> Health {
        switch view.statusText("phase") {
        case "Succeeded": return .current
        case "Running" where view.condition("Ready")?.isTrue == true: return .current
        case let phase:
            let trouble = PodTrouble(of: view)
            if let trouble, trouble.isHopeless { return failed(trouble.reason, trouble.message) }
            if let trouble { return inProgress(trouble.reason, trouble.message) }
            return inProgress("PodPhase", phase.isEmpty ? "the pod has no phase yet" : "phase \(phase)")
        }
    }
}
