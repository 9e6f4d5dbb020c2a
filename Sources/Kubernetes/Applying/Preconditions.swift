import JSON

/// What must hold for a delete to happen; otherwise the server answers `conflict`.
package struct Preconditions: Hashable, Sendable {
    package var uid: String?
    package var resourceVersion: String?

    package static let none = Preconditions()

    package init(uid: String? = nil, resourceVersion: String? = nil) {
        self.uid = uid
        self.resourceVersion = resourceVersion
    }

    var json: JSONValue? {
        guard uid != nil || resourceVersion != nil else { return nil }
        return .members(["uid": uid, "resourceVersion": resourceVersion])
    }
}
