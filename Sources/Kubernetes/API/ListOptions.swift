/// What a list or watch asks for.
package struct ListOptions: Hashable, Sendable {
    package var labelSelector: LabelSelector
    /// The field selector as the API takes it (`metadata.name=x`); empty for none.
    package var fieldSelector: String
    /// Whether only `metadata` is wanted; the server then sends and we hold a fraction of the bytes.
    package var metadataOnly: Bool
    /// How many objects one page holds; zero asks for all at once.
    ///
    /// Defaults to `500`.
    package var pageSize: Int

    package init(
        labelSelector: LabelSelector = .everything,
        fieldSelector: String = "",
        metadataOnly: Bool = false,
        pageSize: Int = 500
    ) {
        self.labelSelector = labelSelector
        self.fieldSelector = fieldSelector
        self.metadataOnly = metadataOnly
        self.pageSize = pageSize
    }

    func query(adding items: KeyValuePairs<String, String> = [:]) -> String {
        var pairs = items.map { ($0.key, $0.value) }
        if !labelSelector.requirements.isEmpty { pairs.append(("labelSelector", labelSelector.description)) }
        if !fieldSelector.isEmpty { pairs.append(("fieldSelector", fieldSelector)) }
        return Self.query(pairs)
    }

    static func query(_ pairs: [(String, String)]) -> String {
        guard !pairs.isEmpty else { return "" }
        return "?" + pairs.map { "\($0.0)=\(PercentEncoding.query($0.1))" }.joined(separator: "&")
    }

    func accept(list: Bool) -> String {
        guard metadataOnly else { return "application/json" }
        let kind = list ? "PartialObjectMetadataList" : "PartialObjectMetadata"
        return "application/json;as=\(kind);g=meta.k8s.io;v=v1,application/json"
    }
}
