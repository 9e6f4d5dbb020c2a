import Crypto

/// A secret that came with a request, as the store knows it: by its hash.
package enum Credential: Hashable, Sendable {
    case session(hash: [UInt8], SessionAudience)
    case token(hash: [UInt8])

    static let sessionPrefix = "otomi_session_"

    /// What an `Authorization: Bearer` field holds: a session of the command line, or an API token.
    ///
    /// `nil` for a text that no hub can have issued.
    package init?(bearer text: String) {
        guard text.utf8.count <= 256 else { return nil }
        if text.hasPrefix(Self.sessionPrefix) {
            self = .session(hash: HubStore.hash(text), .cli)
        } else if APITokenText.isPlausible(text) {
            self = .token(hash: HubStore.hash(text))
        } else {
            return nil
        }
    }

    /// What a session's secret stands for when `audience` shows it.
    package init?(session text: String, _ audience: SessionAudience) {
        guard text.hasPrefix(Self.sessionPrefix), text.utf8.count <= 256 else { return nil }
        self = .session(hash: HubStore.hash(text), audience)
    }

    var isSession: Bool {
        switch self {
        case .session: true
        case .token: false
        }
    }

    var hash: [UInt8] {
        switch self {
        case .session(let hash, _): hash
        case .token(let hash): hash
        }
    }
}
