import JSON
import Kubernetes
import Testing

@Suite
struct ObjectTests {
    @Test(arguments: [
        (ObjectKey(group: "apps", kind: "Deployment", namespace: "team-a", name: "web"), "Deployment.apps/team-a/web"),
        (ObjectKey(kind: "Secret", namespace: "a", name: "s"), "Secret/a/s"),
        (ObjectKey(kind: "Namespace", name: "team-a"), "Namespace/team-a"),
        (
            ObjectKey(group: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:node"),
            "ClusterRole.rbac.authorization.k8s.io/system:node"
        ),
    ])
    func `a key has one text, and is read back from it`(key: ObjectKey, text: String) {
        #expect(key.description == text)
        #expect(ObjectKey(text) == key)
    }

    @Test(arguments: ["", "Secret", "Secret/", "/a", "Secret/a/b/c", ".apps/a"])
    func `other texts are no keys`(text: String) {
        #expect(ObjectKey(text) == nil)
    }

    @Test
    func `an API version is group and version`() {
        #expect(GroupVersionKind(apiVersion: "v1", kind: "Pod").group == "")
        let type = GroupVersionKind(apiVersion: "networking.k8s.io/v1", kind: "Ingress")
        #expect(type.group == "networking.k8s.io" && type.version == "v1")
        #expect(type.apiVersion == "networking.k8s.io/v1")
        #expect(type.description == "networking.k8s.io/v1 Ingress")
    }

    @Test
    func `metadata is read and written through names`() throws {
        var object = try KubernetesObject(
            json: [
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": [
                    "name": "a", "namespace": "n", "uid": "u", "resourceVersion": "7", "generation": 3,
                    "labels": ["x": "1"],
                ],
            ]
        )
        #expect(object.key == ObjectKey(kind: "ConfigMap", namespace: "n", name: "a"))
        #expect(object.uid == "u" && object.resourceVersion == "7" && object.generation == 3)
        object.labels["y"] = "2"
        object.annotations["z"] = "3"
        #expect(object.json["metadata"]?["labels"] == ["x": "1", "y": "2"])
        #expect(object.json["metadata"]?["annotations"] == ["z": "3"])
        object.labels = [:]
        #expect(object.json["metadata"]?["labels"] == nil)
    }

    @Test(
        arguments: [
            (["kind": "A", "metadata": ["name": "x"]], "/apiVersion: is required"),
            (["apiVersion": "v1", "kind": "A", "metadata": [:]], "/metadata/name: is required"),
            (
                ["apiVersion": "v1", "kind": "A", "metadata": ["name": 3]],
                "/metadata/name: a string is expected, found integer"
            ),
            ([], "an object is expected, found array"),
        ] as [(JSONValue, String)]
    )
    func `what cannot be addressed is refused`(json: JSONValue, message: String) {
        let error = #expect(throws: JSONError.self) { try KubernetesObject(json: json) }
        #expect(error?.description == message)
    }

    @Test
    func `a selector has the API's text and matches labels`() {
        let selector = LabelSelector(labels: ["b": "2", "a": "1"])
            .and(.isIn("c", ["x", "y"])).and(.doesNotExist("d")).and(.notEquals("e", "5")).and(.exists("a"))
        #expect(selector.description == "a=1,b=2,c in (x,y),!d,e!=5,a")
        #expect(selector.matches(["a": "1", "b": "2", "c": "y"]))
        #expect(!selector.matches(["a": "1", "b": "2", "c": "z"]))
        #expect(!selector.matches(["a": "1", "b": "2", "c": "x", "d": ""]))
        #expect(!selector.matches(["a": "1", "b": "2", "c": "x", "e": "5"]))
        #expect(LabelSelector.everything.matches([:]))
    }

    @Test
    func `paths are those of the API, with what a segment must not hold encoded`() {
        let deployments = APIResource(
            type: GroupVersionKind(group: "apps", version: "v1", kind: "Deployment"),
            name: "deployments",
            isNamespaced: true
        )
        #expect(deployments.path() == "/apis/apps/v1/deployments")
        #expect(deployments.path(namespace: "a", object: "b") == "/apis/apps/v1/namespaces/a/deployments/b")
        #expect(
            deployments.path(namespace: "a", object: "b", subresource: "status")
                == "/apis/apps/v1/namespaces/a/deployments/b/status"
        )
        let nodes = APIResource(type: GroupVersionKind(version: "v1", kind: "Node"), name: "nodes", isNamespaced: false)
        #expect(nodes.path(namespace: "ignored", object: "a:b/c d") == "/api/v1/nodes/a:b%2Fc%20d")
    }
}
