import HTTPTransport
import JSON

extension KubernetesClient {
    /// Reads one object.
    ///
    /// `namespace` defaults to the configuration's for namespaced kinds.
    ///
    /// - Throws: `KubernetesError`: `notFound` when there is none, `notServed` when the kind is unknown.
    package func get(
        _ type: GroupVersionKind,
        namespace: String? = nil,
        name: String
    ) async throws(KubernetesError) -> KubernetesObject {
        let resource = try await resource(for: type)
        let path = resource.path(namespace: self.namespace(of: namespace, in: resource), object: name)
        let key = ObjectKey(group: type.group, kind: type.kind, namespace: namespace, name: name)
        return KubernetesObject(try await json(.get, path, operation: "get \(key)"))
    }

    /// Reads one object; `nil` when it is not there, or its kind is not served.
    ///
    /// - Throws: `KubernetesError` for any other failure.
    package func find(
        _ type: GroupVersionKind,
        namespace: String? = nil,
        name: String
    ) async throws(KubernetesError) -> KubernetesObject? {
        do throws(KubernetesError) {
            return try await get(type, namespace: namespace, name: name)
        } catch {
            guard error.code == .notFound || error.code == .notServed else { throw error }
            return nil
        }
    }

    /// Reads one object whose resource is known; `nil` when it is not there.
    ///
    /// - Throws: `KubernetesError` for any other failure.
    package func find(
        _ key: ObjectKey,
        of resource: APIResource,
        answer: AnswerDetail = .full
    ) async throws(KubernetesError) -> KubernetesObject? {
        let path = resource.path(namespace: namespace(of: key.namespace, in: resource), object: key.name)
        let accept = ListOptions(metadataOnly: answer == .metadata).accept(list: false)
        do throws(KubernetesError) {
            let found = try await json(.get, path, headers: ["Accept": accept], operation: "get \(key)")
            return KubernetesObject(found, typed: resource.type)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    /// Lists the objects of a kind, page after page; without a namespace those of the whole cluster.
    ///
    /// - Throws: `KubernetesError`; `expired` when the collection moved on too far between two pages: list again.
    package func list(
        _ type: GroupVersionKind,
        namespace: String? = nil,
        _ options: ListOptions = ListOptions()
    ) async throws(KubernetesError) -> ObjectPage {
        let resource = try await resource(for: type)
        var page = try await self.page(of: resource, namespace: namespace, options)
        while let token = page.continueToken {
            let next = try await self.page(of: resource, namespace: namespace, options, from: token)
            page.objects += next.objects
            page.resourceVersion = next.resourceVersion
            page.continueToken = next.continueToken
        }
        return page
    }

    /// Lists one page, for collections that are not to be held whole.
    ///
    /// - Throws: `KubernetesError`; `expired` when `continueToken` is too old: begin again.
    package func page(
        of resource: APIResource,
        namespace: String? = nil,
        _ options: ListOptions = ListOptions(),
        from continueToken: String? = nil
    ) async throws(KubernetesError) -> ObjectPage {
        var pairs: KeyValuePairs<String, String> = [:]
        if options.pageSize > 0 {
            let limit = String(options.pageSize)
            pairs = if let continueToken { ["limit": limit, "continue": continueToken] } else { ["limit": limit] }
        }
        let path = resource.path(namespace: namespace) + options.query(adding: pairs)
        let answer = try await json(
            .get,
            path,
            headers: ["Accept": options.accept(list: true)],
            operation: "list \(resource.name)"
        )
        return ObjectPage(json: answer, type: resource.type)
    }

    /// Lists the objects of a kind and then follows every change, until the task is cancelled.
    package func watch(
        _ type: GroupVersionKind,
        namespace: String? = nil,
        _ options: ListOptions = ListOptions()
    ) -> ObjectWatch {
        ObjectWatch(client: self, type: type, namespace: namespace, options: options)
    }

    /// Whether the server would let us do `verb` on objects of `resource` (its plural name) in `group`, or on the one `name`.
    ///
    /// - Throws: `KubernetesError` when the question cannot be asked.
    package func isAllowed(
        _ verb: String,
        group: String,
        resource: String,
        namespace: String? = nil,
        name: String? = nil
    ) async throws(KubernetesError) -> Bool {
        let attributes: JSONValue = .members([
            "verb": verb, "group": group, "resource": resource, "namespace": namespace,
            "name": name,
        ])
        let review: JSONValue = [
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": ["resourceAttributes": attributes],
        ]
        let answer = try await json(
            .post,
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            body: review.serialized(),
            operation: "ask whether \(verb) \(resource) is allowed"
        )
        return answer["status"]?["allowed"]?.boolValue ?? false
    }
}
