import JSON

/// The parts of an object that health is read from.
struct StatusView {
    /// One of the object's conditions.
    struct Condition {
        let type: String
        let status: String
        let reason: String
        let message: String
        /// The generation that it was made for; few kinds say so.
        let observedGeneration: Int64?

        var isTrue: Bool { status == "True" }
        var isFalse: Bool { status == "False" }
        /// The reason, or what is known instead.
        var word: String { reason.isEmpty ? "\(type)\(status)" : reason }
    }

    let object: KubernetesObject
    private let spec: JSONValue?
    private let status: JSONValue?
    private let conditions: [JSONValue]

    init(_ object: KubernetesObject) {
        self.object = object
        spec = object.spec
        status = object.status
        conditions = object.status?["conditions"]?.arrayValue ?? []
    }

    private init(_ view: StatusView, conditions: [JSONValue]) {
        object = view.object
        spec = view.spec
        status = view.status
        self.conditions = conditions
    }

    /// The same object with conditions that it keeps elsewhere.
    func with(conditions: JSONValue?) -> StatusView { StatusView(self, conditions: conditions?.arrayValue ?? []) }

    var hasStatus: Bool { !(status?.objectValue ?? [:]).isEmpty }

    var observedGeneration: Int64? { status?["observedGeneration"]?.integerValue }

    func condition(_ type: String) -> Condition? {
        conditions.first { $0["type"]?.stringValue == type }.map { json in
            Condition(
                type: type,
                status: json["status"]?.stringValue ?? "Unknown",
                reason: json["reason"]?.stringValue ?? "",
                message: json["message"]?.stringValue ?? "",
                observedGeneration: json["observedGeneration"]?.integerValue
            )
        }
    }

    /// A number of the status; absent ones count as zero.
    func count(_ member: String) -> Int64 { status?[member]?.integerValue ?? 0 }

    func statusText(_ member: String) -> String { status?[member]?.stringValue ?? "" }

    func statusValue(_ member: String) -> JSONValue? { status?[member] }

    /// What the specification says at `path`.
    func specification(_ path: String...) -> JSONValue? { spec?[JSONPointer(path)] }

    /// How many replicas are asked for; one where nothing is said.
    var replicas: Int64 { spec?["replicas"]?.integerValue ?? 1 }
}
