import JSON

// Rules of kstatus for kinds that run nothing themselves.
extension Health {
    static func claim(_ view: StatusView) -> Health {
        let phase = view.statusText("phase")
        guard phase != "Bound" else { return .current }
        if phase == "Lost" { return failed("ClaimLost", "the bound volume is gone") }
        return inProgress("NotBound", "the claim is not bound\(phase.isEmpty ? "" : ", phase \(phase)")")
    }

    static func service(_ view: StatusView) -> Health {
        guard view.specification("type")?.stringValue == "LoadBalancer" else { return .current }
        let entries = view.statusValue("loadBalancer")?["ingress"]?.arrayValue ?? []
        return entries.isEmpty ? inProgress("NoAddress", "the load balancer has no address yet") : .current
    }

    static func namespace(_ view: StatusView) -> Health {
        switch view.statusText("phase") {
        case "Terminating": return Health(.terminating, "Terminating", "the namespace is being emptied")
        default: return .current
        }
    }

    static func definition(_ view: StatusView) -> Health {
        if let names = view.condition("NamesAccepted"), names.isFalse { return failed(names.word, names.message) }
        guard let established = view.condition("Established") else {
            return inProgress("Installing", "the definition is not established yet")
        }
        if established.isTrue { return .current }
        if established.isFalse, established.reason != "Installing" {
            return failed(established.word, established.message)
        }
        return inProgress("Installing", "the definition is not established yet")
    }

    static func apiService(_ view: StatusView) -> Health {
        guard let available = view.condition("Available") else {
            return inProgress("NotAvailable", "the API has not been tried yet")
        }
        return available.isTrue ? .current : inProgress(available.word, available.message)
    }
}
