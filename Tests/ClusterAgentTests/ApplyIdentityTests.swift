import AgentWorldSupport
import Concurrency
import Kubernetes
import Testing

@testable import ClusterAgent

@Suite struct ApplyIdentityTests {
    @Test(
        "the name of an object's layer decides whom it is applied as, wherever the object is",
        arguments: [
            ("team/demo", "team-demo", "team-demo"), ("team/demo", "kube-system", "team-demo"),
            ("team/demo", nil, "team-demo"), ("team/a.b", "team-a", "team-a.b"),
            ("confidential/teams", "team-demo", "team-demo"), ("confidential/teams", "monitoring", nil),
            ("confidential/teams", nil, nil), ("tenancy/demo", "team-demo", nil), ("platform", "team-demo", nil),
            ("apps", nil, nil), ("confidential/platform", "team-demo", nil),
        ] as [(String, String?, String?)]
    )
    func rule(layer: String, namespace: String?, deployer: String?) {
        let identity = ApplyIdentity(layer: layer, namespace: namespace)
        #expect(identity.impersonation?.user == deployer.map { "system:serviceaccount:\($0):otomi-deployer" })
        #expect(identity.impersonation?.groups ?? [] == [])
    }

    @Test("a team's namespace is the agent's to delete, another object of its layer is not") func deletion() {
        let own = ObjectKey.namespace("team-demo")
        #expect(ApplyIdentity(deleting: own, of: "team/demo") == .agent)
        #expect(ApplyIdentity(deleting: .namespace("team-other"), of: "team/demo") == .deployer(team: "demo"))
        let inside = ObjectKey.configMap("a", in: "team-demo")
        #expect(ApplyIdentity(deleting: inside, of: "team/demo") == .deployer(team: "demo"))
        #expect(ApplyIdentity.deployer(team: "demo").owns(inside))
        #expect(!ApplyIdentity.deployer(team: "demo").owns(.configMap("a", in: "team-demo-2")))
        #expect(!ApplyIdentity.deployer(team: "demo").owns(own))
    }

    private static let user = "system:serviceaccount:team-demo:otomi-deployer"

    private func refusal(_ message: String, _ code: KubernetesError.Code = .forbidden) -> DeployerRefusal? {
        let error = KubernetesError(code, message, operation: "apply Role.rbac.authorization.k8s.io/team-demo/r")
        return DeployerRefusal(error, of: .deployer(team: "demo"))
    }

    @Test("a refusal names the object, the account and what it may not do") func words() throws {
        let deed = #"create resource "roles" in API group "rbac.authorization.k8s.io" in the namespace "team-demo""#
        let refused = try #require(refusal("roles \"r\" is forbidden: User \"\(Self.user)\" cannot \(deed)"))
        let object = "apply Role.rbac.authorization.k8s.io/team-demo/r"
        #expect(
            refused.explained(hasRights: true).description
                == "\(object): team demo's deployer otomi-deployer may not \(deed)"
        )
        #expect(
            refused.explained(hasRights: false).description
                == "\(object): team demo's deployer otomi-deployer may not \(deed): its tenancy layer is not applied"
        )
    }

    @Test("an agent that may not act as a deployer says what to do") func agentWithoutRights() throws {
        let message =
            #"serviceaccounts "otomi-deployer" is forbidden: User "agent" cannot impersonate resource "serviceaccounts""#
        let error = try #require(refusal(message)).explained(hasRights: true)
        #expect(error.message.hasPrefix("the agent may not act as team demo's deployer otomi-deployer: install"))
    }

    @Test("refusals for other reasons keep their words: quota, policies, a namespace on its way out") func others() {
        #expect(refusal("pods \"a\" is forbidden: exceeded quota: team-quota") == nil)
        #expect(refusal("admission webhook \"validation.gatekeeper.sh\" denied the request: no") == nil)
        #expect(refusal("User \"\(Self.user)\" cannot create resource \"roles\"", .invalid) == nil)
        let error = KubernetesError(.forbidden, "User \"\(Self.user)\" cannot create resource \"roles\"")
        #expect(DeployerRefusal(error, of: .agent) == nil)
    }

    @Test("a team's first refusals are tried again, since a new binding takes a moment to be known") func patience() {
        let refusals = DeployerRefusals()
        let start = UnixTime(seconds: 1_000)
        #expect(refusals.mayPass("a", now: start))
        #expect(refusals.mayPass("a", now: start + .seconds(1)))
        #expect(!refusals.mayPass("a", now: start + .seconds(2)))
        #expect(refusals.mayPass("b", now: start + .seconds(2)))
    }
}
