import HubAPI
import Installation

/// What an operator should know of an installation before it is used.
enum InstallationNotes {
    static func notes(on installation: AgentInstallation, delivery: InstallationRequest.Delivery) -> [String] {
        guard let hub = HubAddress(installation.hub) else { return [] }
        var notes: [String] = []
        if hub.isLoopback {
            notes.append(
                "The agent will look for the hub at \(installation.hub), which inside a pod is the pod itself. Start the "
                    + "hub with --public-url and the address that the cluster reaches it at."
            )
        } else if !hub.isEncrypted {
            let what = delivery == .upgrade ? "What the agent asks and reports" : "The token"
            notes.append(
                "\(what) crosses the network in the clear, since \(installation.hub) is not encrypted. Serve the hub "
                    + "behind TLS, and start it with --public-url https://…"
            )
        }
        if delivery == .link, let pin = installation.pin {
            notes.append(
                "kubectl does not know the certificate that the hub made itself. Fetch the manifest by the hub's key: "
                    + "curl -fsS --insecure --pinnedpubkey '\(pin)' URL | kubectl apply -f -"
            )
        }
        return notes
    }
}
