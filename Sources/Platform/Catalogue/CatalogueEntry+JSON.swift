import JSON

extension CatalogueEntry {
    /// Reads an entry whose shape its schema has found right.
    ///
    /// - Throws: `JSONError` with the place that is no template.
    init(name: String, json: JSONValue) throws(JSONError) {
        let classes = try json.texts("classes").compactMap(Class.init)
        self.name = name
        self.classes = classes
        title = try json.required("title")
        description = try json.required("description")
        appVersion = try json.required("appVersion")
        home = try json.optional("home")
        dependsOn = try json.texts("dependsOn")
        var plain = TemplateParser(app: name)
        var secret = TemplateParser(app: name, mayReadSecrets: true)
        if let json = json["instances"] {
            let list = try plain.path(json["of"], ofMember: "of")
            plain = plain.inside(list)
            secret = secret.inside(list)
            instances = Instances(list: list, name: try plain.template(json["name"] ?? "", ofMember: "name"))
        }
        enabled = try plain.template(json["enabled"] ?? true, ofMember: "enabled")
        values = try plain.template(json["values"] ?? [:], ofMember: "values")
        secretValues = try secret.template(json["secretValues"] ?? [:], ofMember: "secretValues")
        definitions = json["definitions"]?.arrayValue ?? []
        var manifests: [Template] = []
        for (index, object) in (json["manifests"]?.arrayValue ?? []).enumerated() {
            do throws(JSONError) { manifests.append(try plain.template(object, ofMember: String(index))) } catch {
                throw error.inside("manifests")
            }
        }
        self.manifests = manifests
        namespace = try json.spec("namespace") ?? Namespace(name: name)
        chart = try json.spec("chart")
        ingress = try json.specs("ingress")
        shortcuts = try json.specs("shortcuts")
    }
}

extension TemplateParser {
    fileprivate func path(_ json: JSONValue?, ofMember member: String) throws(JSONError) -> ValuePath {
        do throws(TemplateError) { return try path(json, at: .root) } catch {
            throw JSONError(error.message, at: error.pointer).inside(member)
        }
    }

    fileprivate func template(_ json: JSONValue, ofMember member: String) throws(JSONError) -> Template {
        do throws(TemplateError) { return try template(json) } catch {
            throw JSONError(error.message, at: error.pointer).inside(member)
        }
    }
}

extension CatalogueEntry.Namespace: Spec {
    init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        meshInjection = try json.optional("meshInjection")
        policyChecks = try json.optional("policyChecks") ?? true
        labels = try json.textMap("labels")
    }
}

extension CatalogueEntry.Chart: Spec {
    init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        version = try json.required("version")
        repository = try json.required("repository")
    }
}

extension CatalogueEntry.Ingress: Spec {
    init(json: JSONValue) throws(JSONError) {
        service = try json.required("service")
        namespace = try json.optional("namespace")
        port = try json.required("port")
        host = try json.required("host")
        paths = try json.texts("paths")
        auth = try json.optional("auth") ?? true
        groups = try json.texts("groups")
        forwardPath = try json.optional("forwardPath") ?? true
        removedRequestHeaders = try json.texts("removeRequestHeaders")
    }
}

extension CatalogueEntry.Shortcut: Spec {
    init(json: JSONValue) throws(JSONError) {
        title = try json.required("title")
        description = try json.optional("description")
        path = try json.required("path")
    }
}
