import JSON

/// A hub that somebody has signed in to, and as whom.
struct HubContext: Hashable, Sendable {
    /// The tier whose clusters' mistakes hurt: changes are confirmed by name.
    static let prod = "prod"

    let name: String
    var hub: String
    /// The session's secret or an API token; `nil` once signed out.
    var token: String?
    /// As whom; for people only.
    var person: String?
    var expiresAt: String?
    /// What the session is renewed with; it counts once.
    var refreshToken: String?
    var tier: String?
    var trust: HubTrust

    var isProd: Bool { tier == Self.prod }

    /// Whether a text can be a context's name: it stands in a shell's command without quotes.
    static func isName(_ text: String) -> Bool {
        (1...100).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber)
                    || "._:-".utf8.contains(byte)
            }
    }

    /// The name that a hub's context gets by itself: its host, and its port.
    static func name(of url: String) -> String {
        let rest = url.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first ?? "hub"
        let name = String(rest.map { isName(String($0)) ? $0 : "-" })
        return name.isEmpty ? "hub" : name
    }
}

extension HubContext: JSONRepresentable {
    init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        hub = try json.required("hub")
        token = try json.optional("token")
        person = try json.optional("person")
        expiresAt = try json.optional("expiresAt")
        refreshToken = try json.optional("refreshToken")
        tier = try json.optional("tier")
        trust = HubTrust(caFile: try json.optional("caFile"), pin: try json.optional("pin"))
    }

    var json: JSONValue {
        .members([
            "name": name, "hub": hub, "token": token, "person": person, "expiresAt": expiresAt,
            "refreshToken": refreshToken, "tier": tier, "caFile": trust.caFile,
            "pin": trust.pin,
        ])
    }

    /// What may be shown: everything but the secrets.
    var publicJSON: JSONValue {
        var json = json
        json["token"] = nil
        json["refreshToken"] = nil
        return json
    }
}
