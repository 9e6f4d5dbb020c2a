import JSON

/// One page of a list of the API.
enum ListPage {
    /// Where the next page begins; `nil` at the end.
    static func next(_ body: [UInt8]) -> String? { (try? JSONValue(parsing: body))?["next"]?.stringValue }
}
