/// One place where two JSON values differ.
package struct JSONDifference: Hashable, Sendable {
    /// Where; elements of a list are counted in the value after, those that are gone in the value before.
    package var pointer: JSONPointer
    /// What was there; `nil` when nothing was, which is something else than null.
    package var before: JSONValue?
    /// What is there now; `nil` when it is gone.
    package var after: JSONValue?

    package init(pointer: JSONPointer, before: JSONValue?, after: JSONValue?) {
        self.pointer = pointer
        self.before = before
        self.after = after
    }
}

extension JSONDifference: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        let text: String = try json.required("pointer")
        guard let pointer = JSONPointer(text) else {
            throw JSONError("a JSON Pointer is expected", at: JSONPointer(["pointer"]))
        }
        self.init(pointer: pointer, before: json["before"], after: json["after"])
    }

    package var json: JSONValue { .members(["pointer": pointer.description, "before": before, "after": after]) }
}
