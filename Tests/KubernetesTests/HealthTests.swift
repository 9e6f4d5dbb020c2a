import JSON
import Kubernetes
import Testing

@Suite
struct HealthTests {
    struct Case: CustomTestStringConvertible {
        let name: String
        let object: String
        let state: Health.State
        let reason: String

        init(_ name: String, _ object: String, _ state: Health.State, _ reason: String = "") {
            (self.name, self.object, self.state, self.reason) = (name, object, state, reason)
        }

        var testDescription: String { name }
    }

    private static func object(
        _ apiVersion: String,
        _ kind: String,
        spec: String = "{}",
        status: String = "{}"
    ) -> String {
        """
        {"apiVersion":"\(apiVersion)","kind":"\(kind)","metadata":{"name":"x","namespace":"n","generation":2},
        "spec":\(spec),"status":\(status)}
        """
    }

    private static func condition(_ type: String, _ status: String, _ reason: String = "") -> String {
        #"{"type":"\#(type)","status":"\#(status)","reason":"\#(reason)","message":"m"}"#
    }

    private static func deployment(_ status: String, replicas: Int = 2) -> String {
        object("apps/v1", "Deployment", spec: #"{"replicas":\#(replicas)}"#, status: status)
    }

    private static let allThere =
        #""observedGeneration":2,"replicas":2,"updatedReplicas":2,"readyReplicas":2,"availableReplicas":2"#

    private static let deployments: [Case] = [
        Case("deployment without status", deployment("{}"), .inProgress, "LessReplicas"),
        Case(
            "deployment of an old generation",
            deployment(#"{"observedGeneration":1}"#),
            .inProgress,
            "LatestGenerationNotObserved"
        ),
        Case(
            "deployment past its deadline",
            deployment(#"{"conditions":[\#(condition("Progressing", "False", "ProgressDeadlineExceeded"))]}"#),
            .failed,
            "ProgressDeadlineExceeded"
        ),
        Case(
            "deployment rolling out",
            deployment(#"{"observedGeneration":2,"replicas":2,"updatedReplicas":1}"#),
            .inProgress,
            "LessUpdated"
        ),
        Case(
            "deployment with old pods",
            deployment(#"{"replicas":3,"updatedReplicas":2,"readyReplicas":3,"availableReplicas":3}"#),
            .inProgress,
            "ExtraPods"
        ),
        Case(
            "deployment with pods that are not available",
            deployment(#"{"replicas":2,"updatedReplicas":2,"readyReplicas":1,"availableReplicas":1}"#),
            .inProgress,
            "LessAvailable"
        ),
        Case(
            "deployment that is not said to be available",
            deployment("{\(allThere)}"),
            .inProgress,
            "DeploymentNotAvailable"
        ),
        Case(
            "deployment that is there",
            deployment("{\(allThere),\"conditions\":[\(condition("Available", "True"))]}"),
            .current
        ),
        Case(
            "deployment of no replicas",
            deployment(#"{"observedGeneration":2,"conditions":[\#(condition("Available", "True"))]}"#, replicas: 0),
            .current
        ),
    ]

    private static let workloads: [Case] = [
        Case(
            "stateful set with pods missing",
            object("apps/v1", "StatefulSet", spec: #"{"replicas":3}"#, status: #"{"replicas":3,"readyReplicas":2}"#),
            .inProgress,
            "LessReady"
        ),
        Case(
            "stateful set on its way to a revision",
            object(
                "apps/v1",
                "StatefulSet",
                status: #"""
                    {"replicas":1,"readyReplicas":1,"currentReplicas":1,"currentRevision":"a","updateRevision":"b"}
                    """#
            ),
            .inProgress,
            "RevisionMismatch"
        ),
        Case(
            "stateful set with a partition",
            object(
                "apps/v1",
                "StatefulSet",
                spec: #"{"replicas":3,"updateStrategy":{"rollingUpdate":{"partition":2}}}"#,
                status: #"{"replicas":3,"readyReplicas":3,"updatedReplicas":1}"#
            ),
            .current
        ),
        Case(
            "stateful set that people update",
            object("apps/v1", "StatefulSet", spec: #"{"updateStrategy":{"type":"OnDelete"}}"#),
            .current
        ),
        Case("daemon set not seen", object("apps/v1", "DaemonSet"), .inProgress, "NoStatus"),
        Case(
            "daemon set",
            object(
                "apps/v1",
                "DaemonSet",
                status: #"""
                    {"observedGeneration":2,"desiredNumberScheduled":1,"currentNumberScheduled":1,
                    "updatedNumberScheduled":1,"numberReady":1,"numberAvailable":1}
                    """#
            ),
            .current
        ),
        Case(
            "replica set",
            object("apps/v1", "ReplicaSet", spec: #"{"replicas":1}"#),
            .inProgress,
            "LessLabelled"
        ),
        Case("job not started", object("batch/v1", "Job"), .inProgress, "JobNotStarted"),
        Case(
            "job running",
            object("batch/v1", "Job", status: #"{"startTime":"t","active":1}"#),
            .current,
            "JobInProgress"
        ),
        Case(
            "job done",
            object("batch/v1", "Job", status: "{\"conditions\":[\(condition("Complete", "True"))]}"),
            .current
        ),
        Case(
            "job failed",
            object(
                "batch/v1",
                "Job",
                status: "{\"conditions\":[\(condition("Failed", "True", "BackoffLimitExceeded"))]}"
            ),
            .failed,
            "BackoffLimitExceeded"
        ),
        Case("pod pending", object("v1", "Pod", status: #"{"phase":"Pending"}"#), .inProgress, "PodPending"),
        Case(
            "pod in a crash loop",
            object(
                "v1",
                "Pod",
                status: #"""
                    {"phase":"Running","containerStatuses":[{"name":"a","state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}
                    """#
            ),
            .failed,
            "CrashLoopBackOff"
        ),
        Case(
            "pod ready",
            object("v1", "Pod", status: "{\"phase\":\"Running\",\"conditions\":[\(condition("Ready", "True"))]}"),
            .current
        ),
    ]

    private static let others: [Case] = [
        Case("claim", object("v1", "PersistentVolumeClaim", status: #"{"phase":"Pending"}"#), .inProgress, "NotBound"),
        Case("claim bound", object("v1", "PersistentVolumeClaim", status: #"{"phase":"Bound"}"#), .current),
        Case("service", object("v1", "Service"), .current),
        Case(
            "load balancer",
            object("v1", "Service", spec: #"{"type":"LoadBalancer"}"#),
            .inProgress,
            "NoAddress"
        ),
        Case("namespace", object("v1", "Namespace", status: #"{"phase":"Active"}"#), .current),
        Case(
            "namespace ending",
            object("v1", "Namespace", status: #"{"phase":"Terminating"}"#),
            .terminating,
            "Terminating"
        ),
        Case(
            "definition not established",
            object("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
            .inProgress,
            "Installing"
        ),
        Case(
            "definition with a name that is taken",
            object(
                "apiextensions.k8s.io/v1",
                "CustomResourceDefinition",
                status: "{\"conditions\":[\(condition("NamesAccepted", "False", "Taken"))]}"
            ),
            .failed,
            "Taken"
        ),
        Case("config map", object("v1", "ConfigMap"), .current),
        Case("custom kind without conditions", object("a.b/v1", "C"), .current),
        Case(
            "Knative service not ready",
            object(
                "serving.knative.dev/v1",
                "Service",
                status: "{\"conditions\":[\(condition("Ready", "False", "RevisionMissing"))]}"
            ),
            .inProgress,
            "RevisionMissing"
        ),
        Case(
            "Flux release stalled",
            object(
                "helm.toolkit.fluxcd.io/v2",
                "HelmRelease",
                status:
                    "{\"conditions\":[\(condition("Stalled", "True", "InstallFailed")),\(condition("Ready", "False"))]}"
            ),
            .failed,
            "InstallFailed"
        ),
        Case(
            "custom kind reconciling",
            object(
                "a.b/v1",
                "C",
                status: "{\"conditions\":[\(condition("Reconciling", "True", "Busy")),\(condition("Ready", "True"))]}"
            ),
            .inProgress,
            "Busy"
        ),
        Case(
            "object being deleted",
            #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x","deletionTimestamp":"t","finalizers":["a/b"]}}"#,
            .terminating,
            "Terminating"
        ),
    ]

    @Test(arguments: deployments + workloads + others)
    func `health follows the object's own status`(_ test: Case) throws {
        let health = Health(of: try KubernetesObject(json: JSONValue(parsing: test.object)))
        #expect(health.state == test.state)
        #expect(health.reason == test.reason)
    }
}
