import HTTPTypes
import HubAPI

/// The form for local accounts.
struct PasswordPage {
    let returnPath: ReturnPath
    /// Whether people may also sign in at an identity provider.
    let hasProvider: Bool
    var alarm: String?
    var status: HTTPResponse.Status = .ok

    init(returnPath: ReturnPath, hasProvider: Bool) {
        self.returnPath = returnPath
        self.hasProvider = hasProvider
    }

    var page: WebPage {
        let warning: HTML = alarm.map { #"<p class="alarm" role="alert">\#($0)</p>"# } ?? ""
        let other: HTML =
            hasProvider
            ? #"<p class="note"><a href="\#(providerLink)">Sign in with the identity provider instead</a></p>"# : ""
        return WebPage(
            title: "Sign in",
            content: """
                \(warning)
                <form method="post" action="/auth/password">
                <input type="hidden" name="return" value="\(returnPath.text)">
                <label for="name">Name or address</label>
                <input type="text" id="name" name="name" autocomplete="username" autocapitalize="none" \
                spellcheck="false" required autofocus>
                <label for="password">Password</label>
                <input type="password" id="password" name="password" autocomplete="current-password" required>
                <div class="actions"><button type="submit">Sign in</button></div>
                </form>
                \(other)
                """,
            status: status
        )
    }

    private var providerLink: String { "/auth/login?return=\(PercentEncoding.encode(returnPath.text))" }
}
