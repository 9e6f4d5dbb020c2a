import JSON

/// The one text that names a profile, whichever way an object says it: `runtime/default`, `unconfined` or
/// `localhost/<profile>`, as annotations do.
struct ProfileName {
    static let runtimeDefault = "runtime/default"

    let text: String

    /// A profile of a security context.
    init?(_ json: JSONValue) {
        guard let type = json["type"]?.stringValue else { return nil }
        switch type {
        case "RuntimeDefault": text = Self.runtimeDefault
        case "Unconfined": text = "unconfined"
        case "Localhost": text = "localhost/\(json["localhostProfile"]?.stringValue ?? "")"
        default: text = type
        }
    }

    /// The same as an expression.
    static func cel(_ profile: String) -> String {
        "(\(profile).type == 'RuntimeDefault' ? 'runtime/default' : \(profile).type == 'Unconfined' ? 'unconfined' : "
            + "'localhost/' + (has(\(profile).localhostProfile) ? \(profile).localhostProfile : ''))"
    }
}
