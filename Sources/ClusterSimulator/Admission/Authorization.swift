import JSON

/// Whom a request is made as, where that is not who its credentials say.
package struct Impersonation: Sendable {
    package var user: String
    package var groups: [String]

    package init(user: String, groups: [String] = []) {
        self.user = user
        self.groups = groups
    }

    /// The namespace and name of a service account; `nil` for another user.
    var account: (namespace: String, name: String)? {
        let parts = user.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "system", parts[1] == "serviceaccount" else { return nil }
        return (String(parts[2]), String(parts[3]))
    }

    /// The groups of the request, those that every service account is in among them.
    var allGroups: Set<String> {
        var all = Set(groups).union(["system:authenticated"])
        if let account { all.formUnion(["system:serviceaccounts", "system:serviceaccounts:\(account.namespace)"]) }
        return all
    }
}

/// Role-based access control over those who are impersonated; whoever has a token is an administrator.
struct Authorization {
    private static let group = "rbac.authorization.k8s.io"

    let store: ObjectStore

    /// Refuses `scope` when no role that is bound to whom it is made as allows it.
    ///
    /// - Throws: the refusal, with status 403.
    func check(_ scope: ClusterState.Scope) throws(APIStatus) {
        guard let person = scope.request.impersonation else { return }
        for verb in Self.verbs(of: scope, exists: store.object(scope.type.key, scope.objectName) != nil)
        where !allows(person, verb, scope) {
            throw .forbidden(person.user, verb, scope)
        }
    }

    /// What a request has to be allowed to do: an apply that makes an object must be allowed to create it too.
    private static func verbs(of scope: ClusterState.Scope, exists: Bool) -> [String] {
        switch scope.request.method {
        case "GET" where scope.request.flag("watch"): ["watch"]
        case "GET": [scope.name.isEmpty ? "list" : "get"]
        case "POST": ["create"]
        case "PUT": ["update"]
        case "PATCH": exists || !scope.request.contentType.contains("apply-patch") ? ["patch"] : ["patch", "create"]
        default: [scope.name.isEmpty ? "deletecollection" : "delete"]
        }
    }

    private func allows(_ person: Impersonation, _ verb: String, _ scope: ClusterState.Scope) -> Bool {
        if person.allGroups.contains("system:masters") { return true }
        let wide = bindings("clusterrolebindings", in: nil)
        let own = scope.namespace.isEmpty ? [] : bindings("rolebindings", in: scope.namespace)
        return (wide + own).contains { binding in
            Self.binds(binding, person) && rules(of: binding).contains { Self.allows($0, verb, scope) }
        }
    }

    private func bindings(_ plural: String, in namespace: String?) -> [JSONValue] {
        store.objects(ResourceKey(group: Self.group, plural: plural), namespace: namespace).map(Self.json)
    }

    private static func json(_ object: StoredObject) -> JSONValue {
        object.json(apiVersion: "\(group)/v1", kind: "")
    }

    private func rules(of binding: JSONValue) -> [JSONValue] {
        let reference = binding["roleRef"]
        let isWide = reference?["kind"]?.stringValue == "ClusterRole"
        let name = ObjectName(
            namespace: isWide ? "" : binding["metadata"]?["namespace"]?.stringValue ?? "",
            name: reference?["name"]?.stringValue ?? ""
        )
        let key = ResourceKey(group: Self.group, plural: isWide ? "clusterroles" : "roles")
        return store.object(key, name).map(Self.json)?["rules"]?.arrayValue ?? []
    }

    private static func binds(_ binding: JSONValue, _ person: Impersonation) -> Bool {
        (binding["subjects"]?.arrayValue ?? []).contains { subject in
            let name = subject["name"]?.stringValue ?? ""
            switch subject["kind"]?.stringValue {
            case "ServiceAccount":
                return person.account.map { $0 == (subject["namespace"]?.stringValue ?? "", name) } ?? false
            case "Group": return person.allGroups.contains(name)
            default: return person.user == name
            }
        }
    }

    private static func allows(_ rule: JSONValue, _ verb: String, _ scope: ClusterState.Scope) -> Bool {
        func lists(_ member: String, _ value: String) -> Bool {
            (rule[member]?.arrayValue ?? []).contains { $0.stringValue == value || $0.stringValue == "*" }
        }
        let names = rule["resourceNames"]?.arrayValue ?? []
        return lists("verbs", verb) && lists("apiGroups", scope.type.group)
            && lists("resources", scope.subresource.map { "\(scope.type.plural)/\($0)" } ?? scope.type.plural)
            && (names.isEmpty || names.contains { $0.stringValue == scope.name })
    }
}

extension APIStatus {
    fileprivate static func forbidden(_ user: String, _ verb: String, _ scope: ClusterState.Scope) -> APIStatus {
        let type = scope.type
        let subject = scope.name.isEmpty ? type.qualifiedName : "\(type.qualifiedName) \"\(scope.name)\""
        let place = scope.namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(scope.namespace)\""
        return APIStatus(
            403,
            "Forbidden",
            "\(subject) is forbidden: User \"\(user)\" cannot \(verb) resource \"\(type.plural)\" in API group "
                + "\"\(type.group)\" \(place)",
            details: type.details(scope.name)
        )
    }
}
