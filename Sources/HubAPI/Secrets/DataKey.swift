package import JSON

/// One of the keys that secrets are sealed under in the hub's database.
package struct DataKey: Hashable, Sendable {
    package var number: Int64
    /// When it was made, RFC 3339 in UTC.
    package var created: String
    /// Whether it seals what is new.
    package var current: Bool
    /// How many stored rows hold something that is sealed under it; a key that is not current goes when there is none.
    package var uses: Int

    package init(number: Int64, created: String, current: Bool, uses: Int) {
        self.number = number
        self.created = created
        self.current = current
        self.uses = uses
    }
}

extension DataKey: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        number = try json.required("number")
        created = try json.required("created")
        current = try json.required("current")
        uses = try json.required("uses")
    }

    package var json: JSONValue {
        .members(["number": number, "created": created, "current": current, "uses": uses])
    }
}
