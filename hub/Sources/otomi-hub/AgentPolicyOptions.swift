import ArgumentParser
import HubStore

/// What the fleet demands of agents' identities, on the command line.
struct AgentPolicyOptions: ParsableArguments {
    @Flag(help: "Agents of clusters that are added wait for 'otomi cluster approve'.")
    var approveAgents = false

    @Flag(help: "A cluster is shut out when two agents speak with its identity, until an operator decides.")
    var quarantineClones = false

    @Option(help: ArgumentHelp("How long an enrolment token works; at most 1440.", valueName: "minutes"))
    var tokenLifetime = 60

    @Option(help: ArgumentHelp("After how long a silence an agent's key must be approved anew.", valueName: "days"))
    var keyLifetime = 90

    func validate() throws {
        guard (1...1_440).contains(tokenLifetime) else {
            throw ValidationError("--token-lifetime must be from 1 to 1440 minutes.")
        }
        guard (1...3_650).contains(keyLifetime) else {
            throw ValidationError("--key-lifetime must be from 1 to 3650 days.")
        }
    }

    var policy: AgentPolicy {
        AgentPolicy(
            tokenLifetime: .seconds(tokenLifetime * 60),
            keyLifetime: .seconds(keyLifetime * 86_400),
            requiresApproval: approveAgents,
            quarantinesClones: quarantineClones
        )
    }
}
