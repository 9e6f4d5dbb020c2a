import JSON

/// Translates a team's own settings.
enum TeamTranslation {
    private static let lists: Set<String> = ["services", "jobs", "secrets"]

    static func translate(_ source: JSONValue, _ team: String, at base: JSONPointer) -> Translation {
        var translation = Translation(DocumentID(kind: .team, name: team), from: source, at: base)
        for field in ["id", "name", "services", "jobs", "secrets"] { translation.consume(field) }
        for key in source.objectValue?.keys.sorted() ?? [] where !lists.contains(key) && key != "id" && key != "name" {
            switch key {
            case "alerts":
                for field in source["alerts"]?.objectValue?.keys.sorted() ?? [] where field != "drone" {
                    translation.move(["alerts", field])
                }
                translation.leave(["alerts", "drone"], because: "pipelines notify the platform only")
            case "selfService": moveSelfService(&translation)
            case "resourceQuota": translation.move([key], quota)
            case "azureMonitor" where source[key]?.objectValue == nil: translation.consume(key)
            default: translation.move([key])
            }
        }
        return translation
    }

    /// The flags were called `Service` and `Team` before v1.0.
    private static func moveSelfService(_ translation: inout Translation) {
        guard let flags = translation["selfService"]?.objectValue else { return }
        for key in flags.keys.sorted() {
            translation.move(["selfService", key], to: ["selfService", key.lowercased()])
        }
    }

    /// The old API wrote a list of name and value.
    private static func quota(_ value: JSONValue) -> JSONValue {
        guard let elements = value.arrayValue else { return value }
        var members: [String: JSONValue] = [:]
        for element in elements {
            guard let name = element["name"]?.stringValue, let amount = element["value"] else { return value }
            members[name] = amount
        }
        return .object(members)
    }
}
