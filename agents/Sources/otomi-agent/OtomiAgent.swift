import ClusterAgent
import Glibc

/// The agent of a cluster.
@main
enum OtomiAgent {
    static func main() async {
        exit(await AgentProgram().run())
    }
}
