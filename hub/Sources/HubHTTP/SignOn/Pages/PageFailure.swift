import HTTPTypes
import HubSignOn
import HubStore

/// Why a browser is shown a page that says that something went wrong; it says what to do next, and nothing of the inside.
struct PageFailure: Error {
    let status: HTTPResponse.Status
    let title: String
    let message: String
    /// Whether beginning anew may help.
    let mayTryAgain: Bool

    init(_ status: HTTPResponse.Status, _ title: String, _ message: String, mayTryAgain: Bool = true) {
        self.status = status
        self.title = title
        self.message = message
        self.mayTryAgain = mayTryAgain
    }

    /// A sign-in that cannot be matched to one that was begun here, in this browser, a short while ago.
    static let over = PageFailure(
        .badRequest,
        "This sign-in is over",
        "It was begun in another browser, took longer than ten minutes, or was finished already."
    )

    /// Nothing that a person could mend.
    static func inside(_ requestID: String) -> PageFailure {
        PageFailure(
            .internalServerError,
            "The hub failed",
            "Tell an administrator of the hub; its log has the reason under the request \(requestID)."
        )
    }

    init(_ error: SignOnError, requestID: String) {
        switch error.code {
        case .response: self = .over
        case .refused:
            self.init(.forbidden, "You were not signed in", "The identity provider refused, or you cancelled there.")
        case .unavailable:
            self.init(
                .serviceUnavailable,
                "The identity provider does not answer",
                "Try again in a moment."
            )
        case .configuration, .provider, .token:
            self.init(
                .badGateway,
                "The sign-in did not work",
                "What the identity provider answered is not as the hub expects it. Tell an administrator of the hub; its log "
                    + "has the reason under the request \(requestID).",
                mayTryAgain: false
            )
        }
    }

    init(_ error: StoreError, requestID: String) {
        switch error.code {
        case .signInRefused:
            self.init(
                .forbidden,
                "You were not signed in",
                "Your account here is disabled. Ask an administrator of the hub.",
                mayTryAgain: false
            )
        case .alreadyExists:
            self.init(
                .conflict,
                "Your name is taken",
                "Somebody with a local account has the name that the identity provider gives you. Ask an administrator of "
                    + "the hub to link the two.",
                mayTryAgain: false
            )
        case .unavailable, .overloaded:
            self.init(.serviceUnavailable, "The hub is busy", "Try again in a moment.")
        default: self = .inside(requestID)
        }
    }

    /// The page.
    var page: WebPage {
        let again: HTML = mayTryAgain ? #"<p><a href="/auth/login">Sign in again</a></p>"# : ""
        return WebPage(title: title, content: "<p>\(message)</p>\(again)", status: status)
    }
}
