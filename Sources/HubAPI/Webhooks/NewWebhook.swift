package import JSON

/// Asks for events to be sent to an address.
package struct NewWebhook: Hashable, Sendable {
    package var name: String
    package var url: String
    package var kinds: [String]

    package init(name: String, url: String, kinds: [String] = []) {
        self.name = name
        self.url = url
        self.kinds = kinds
    }
}

extension NewWebhook: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        url = try json.required("url")
        kinds = try json.optional("kinds") ?? []
    }

    package var json: JSONValue { .members(["name": name, "url": url, "kinds": kinds]) }
}
