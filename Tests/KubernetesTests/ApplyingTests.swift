import JSON
import Kubernetes
import Testing

@Suite
struct ApplyingTests {
    private func object(
        _ apiVersion: String,
        _ kind: String,
        _ name: String,
        in namespace: String? = nil
    ) -> KubernetesObject {
        KubernetesObject(GroupVersionKind(apiVersion: apiVersion, kind: kind), namespace: namespace, name: name)
    }

    @Test
    func `objects are applied after what they need, and deleted in reverse`() {
        let objects = [
            object("apps/v1", "Deployment", "web", in: "a"), object("v1", "Service", "web", in: "a"),
            object("serving.knative.dev/v1", "Service", "kn", in: "a"),
            object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "hook"),
            object("v1", "Secret", "s", in: "a"), object("v1", "Namespace", "a"),
            object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "x"),
            object("rbac.authorization.k8s.io/v1", "RoleBinding", "b", in: "a"),
            object("rbac.authorization.k8s.io/v1", "Role", "r", in: "a"), object("v1", "Secret", "a", in: "a"),
        ]
        let sorted = ApplyOrder.sorted(objects)
        let names = sorted.map { "\($0.key)" }
        #expect(
            names == [
                "CustomResourceDefinition.apiextensions.k8s.io/x", "Namespace/a", "Secret/a/a", "Secret/a/s",
                "Role.rbac.authorization.k8s.io/a/r", "RoleBinding.rbac.authorization.k8s.io/a/b", "Service/a/web",
                "Deployment.apps/a/web", "Service.serving.knative.dev/a/kn",
                "ValidatingWebhookConfiguration.admissionregistration.k8s.io/hook",
            ]
        )
        #expect(ApplyOrder.sortedForDeletion(objects.map(\.key)).map { "\($0)" } == names.reversed())
        #expect(sorted.map { ApplyOrder($0.key).stage }.prefix(3) == [.definitions, .namespaces, .objects])
    }

    @Test
    func `an ApplySet is written on its parent and read back`() throws {
        var set = ApplySet(id: ApplySet.id(hash: "abc"), tooling: "otomi-agent/1")
        set.include(ObjectKey(group: "apps", kind: "Deployment", namespace: "team-a", name: "x"))
        set.include(ObjectKey(kind: "Secret", namespace: "otomi", name: "x"))
        set.include(ObjectKey(kind: "Namespace", name: "team-a"))
        var parent = object("v1", "ConfigMap", "inventory", in: "otomi")
        set.mark(parent: &parent)
        #expect(parent.labels == [ApplySet.idLabel: "applyset-abc-v1"])
        #expect(
            parent.annotations == [
                ApplySet.toolingAnnotation: "otomi-agent/1",
                ApplySet.kindsAnnotation: "Deployment.apps,Namespace,Secret",
                ApplySet.namespacesAnnotation: "team-a",
            ]
        )
        set.namespaces.remove("otomi")
        #expect(ApplySet(parent: parent) == set)
        var member = object("v1", "Secret", "x", in: "a")
        set.mark(member: &member)
        #expect(set.members.matches(member.labels))
        #expect(ApplySet(parent: member) == nil)
        #expect(ApplySet.hashInput(parent: parent.key) == "inventory.otomi.ConfigMap.")
    }

    @Test
    func `an inventory survives being cut into chunks`() throws {
        var inventory = Inventory()
        for index in 0..<500 {
            let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "team-\(index % 7)", name: "web-\(index)")
            inventory.entries[key] = .init(
                apiVersion: "apps/v1",
                layer: "team/\(index % 7)",
                uid: index % 2 == 0 ? "u" : nil
            )
        }
        let chunks = inventory.chunks(ofAtMost: 4096)
        #expect(chunks.count > 5)
        #expect(chunks.allSatisfy { $0.utf8.count <= 4096 })
        #expect(try Inventory(chunks: chunks) == inventory)
        #expect(try Inventory(chunks: chunks.reversed()) == inventory)
        #expect(try Inventory(chunks: []) == Inventory())
        #expect(Inventory().chunks().isEmpty)
    }

    @Test(arguments: ["no key", "Secret/a/b", "Secret/a/b {", "Secret/a/b {\"v\":1}"])
    func `half an inventory is refused`(line: String) {
        let error = #expect(throws: KubernetesError.self) { try Inventory(chunks: [line]) }
        #expect(error?.code == .malformed)
    }

    @Test
    func `what is not wanted any more is left over, last applied first`() {
        let entry = Inventory.Entry(apiVersion: "v1", layer: "l")
        let keys = [
            ObjectKey(kind: "Namespace", name: "a"), ObjectKey(kind: "Secret", namespace: "a", name: "s"),
            ObjectKey(group: "apps", kind: "Deployment", namespace: "a", name: "d"),
        ]
        let inventory = Inventory(Dictionary(uniqueKeysWithValues: keys.map { ($0, entry) }))
        #expect(inventory.leftovers(wanted: []) == keys.reversed())
        #expect(inventory.leftovers(wanted: [keys[1]]) == [keys[2], keys[0]])
    }

    @Test
    func `a union keeps what either knows, and the UID that only one knows`() {
        let key = ObjectKey(kind: "Secret", namespace: "a", name: "s")
        let other = ObjectKey(kind: "Secret", namespace: "a", name: "t")
        let old = Inventory([key: .init(apiVersion: "v1", layer: "old", uid: "u")])
        let new = Inventory([
            key: .init(apiVersion: "v1", layer: "new"), other: .init(apiVersion: "v1", layer: "new"),
        ])
        let union = old.union(new)
        #expect(union.entries[key] == .init(apiVersion: "v1", layer: "new", uid: "u"))
        #expect(union.entries.count == 2)
    }
}
