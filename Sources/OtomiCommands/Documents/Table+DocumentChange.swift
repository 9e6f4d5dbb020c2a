import HubAPI
import Values

extension Table {
    /// What happened to which document, in the order of documents.
    init(_ changes: [DocumentChange]) {
        self.init("CHANGE", "KIND", "TEAM", "NAME", "SCOPE")
        for change in changes.sorted(by: { $0.document < $1.document }) {
            add(
                .init(change.change.rawValue, change.change.style),
                .init(change.document.kind.rawValue),
                .init(change.document.team ?? "-"),
                .init(change.document.name),
                .init(change.document.scope.description)
            )
        }
    }
}
