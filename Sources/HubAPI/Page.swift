package import JSON

/// One page of a list, and where the next one begins.
package struct Page<Item: JSONRepresentable & Sendable>: Sendable {
    package var items: [Item]
    /// What to send as `after` (revisions: `before`) for the next page; `nil` on the last one.
    package var next: String?

    package init(items: [Item], next: String? = nil) {
        self.items = items
        self.next = next
    }
}

extension Page: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        items = try json.required("items")
        next = try json.optional("next")
    }

    package var json: JSONValue { .members(["items": items, "next": next]) }
}

extension Page: Equatable where Item: Equatable {}
