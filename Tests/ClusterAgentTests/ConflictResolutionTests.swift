import AgentWorldSupport
import JSON
import Kubernetes
import Testing

@testable import ClusterAgent

@Suite struct ConflictResolutionTests {
    private func conflict(
        _ field: String,
        _ manager: String,
        _ subresource: String = ""
    )
        -> KubernetesError.FieldConflict
    {
        KubernetesError.FieldConflict(manager: manager, field: field, subresource: subresource)
    }

    private func resolution(
        _ conflicts: KubernetesError.FieldConflict...,
        applied uid: String = "",
        annotations: JSONValue = [:]
    ) -> ConflictResolution? {
        var live = KubernetesObject(.configMap("a"))
        live.metadata["uid"] = "u1"
        var declared = JSONValue.configMap("a")
        declared["metadata"]?["annotations"] = annotations
        return ConflictResolution(conflicts, live: live, request: ApplyRequest(declaring: declared, applied: uid))
    }

    @Test("a stranger's fields are for people to settle") func stranger() {
        #expect(resolution(conflict(".data.a", "somebody")) == nil)
        #expect(resolution(conflict(".data.a", "helm"), conflict(".data.b", "somebody")) == nil)
        #expect(resolution() == nil)
    }

    @Test("drift on an object of ours is undone, also on one that was made anew by hand") func ours() {
        #expect(resolution(conflict(".data.a", "somebody"), applied: "u1")?.takenOver.count == 1)
        #expect(resolution(conflict(".data.a", "somebody"), applied: "u0")?.takenOver.count == 1)
    }

    @Test("a number of replicas belongs to an autoscaler, not to a person") func replicas() {
        for scaler in ["kube-controller-manager", "horizontal-pod-autoscaler", "keda-operator", "vpa-updater"] {
            let resolution = resolution(conflict(".spec.replicas", scaler))
            #expect(resolution?.leaving == [".spec.replicas"])
            #expect(resolution?.takenOver.isEmpty == true)
        }
        #expect(resolution(conflict(".spec.replicas", "my-scaler", "scale"), applied: "u1")?.takenOver.isEmpty == true)
        #expect(resolution(conflict(".spec.replicas", "kubectl", "scale"), applied: "u1")?.takenOver.count == 1)
        let both = resolution(
            conflict(".spec.replicas", "kube-controller-manager"),
            conflict(".spec.paused", "somebody"),
            applied: "u1"
        )
        #expect(both?.leaving == [".spec.replicas"])
        #expect(both?.takenOver.map(\.field) == [".spec.paused"])
    }

    @Test("an object that says so takes all its fields") func forced() {
        let resolution = resolution(
            conflict(".spec.replicas", "kube-controller-manager"),
            annotations: ["otomi.io/conflicts": "force"]
        )
        #expect(resolution?.leaving == [])
        #expect(resolution?.takenOver.count == 1)
    }

    @Test("tools of before are followed once") func adoption() {
        #expect(resolution(conflict(".data.a", "helm"), conflict(".data.b", "kubectl-edit"))?.isAdoption == true)
        #expect(resolution(conflict(".data.a", "helm"), applied: "u1")?.isAdoption == false)
    }
}

extension ApplyRequest {
    /// The request for an object as a layer of a team would declare it.
    init(declaring json: JSONValue, applied uid: String = "", leaving: Set<String> = []) {
        let line = json.serialized()
        let object = KubernetesObject(json)
        self.init(
            DesiredObject(
                key: object.key,
                apiVersion: object.apiVersion,
                layer: "tenancy/a",
                wave: 10,
                range: 0..<line.count,
                fingerprint: Fingerprint(of: line),
                policy: ObjectPolicy(annotationsOf: json)
            ),
            line: line[...],
            appliedUID: uid,
            leaving: leaving
        )
    }
}
