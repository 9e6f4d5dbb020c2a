import Concurrency
import HTTPTypes
import HubSignOn
import HubStore
import Values

/// Asks for the code that a command line shows.
struct EnterCodePage {
    let session: BrowserSession
    var alarm: String?
    var status: HTTPResponse.Status = .ok

    func page(formTarget: String?) -> WebPage {
        let warning: HTML = alarm.map { #"<p class="alarm" role="alert">\#($0)</p>"# } ?? ""
        return WebPage(
            title: "Sign in a command line",
            content: """
                \(warning)
                <p>Enter the code that <b>otomi login</b> shows in your terminal.</p>
                <form method="get" action="/auth/device">
                <label for="code">Code</label>
                <input class="code-field" type="text" id="code" name="user_code" placeholder="BCDF-GHJK" maxlength="16" \
                autocomplete="off" autocapitalize="characters" spellcheck="false" required autofocus>
                <div class="actions"><button type="submit">Continue</button></div>
                </form>
                \(session.asideForm)
                """,
            status: status,
            formTarget: formTarget
        )
    }
}

/// Shows which command line asks, and lets the person decide.
struct ConfirmDevicePage {
    let session: BrowserSession
    let code: UserCode
    let device: DeviceRequest
    /// The address that the person looks from.
    let callerAddress: String?
    let now: UnixTime

    func page(formTarget: String?) -> WebPage {
        WebPage(
            title: "Sign in this command line?",
            content: """
                <p>A command line asks to act as <b>\(session.identity.principal.name)</b>. \
                Go on only if <b>your own</b> terminal shows this code at this moment:</p>
                <p class="code">\(code.description)</p>
                <dl>
                <dt>Calls itself</dt><dd>\(device.client.isEmpty ? "nothing" : device.client)</dd>
                <dt>Asks from</dt><dd>\(device.address ?? "an unknown address")\(comparison)</dd>
                <dt>Asked</dt><dd>\(age)</dd>
                <dt>May do</dt><dd>everything that you may do, until it signs out or for 30 days</dd>
                </dl>
                <form method="post" action="/auth/device/decision">
                <input type="hidden" name="\(BrowserRequests.formTokenField)" value="\(session.formToken)">
                <input type="hidden" name="user_code" value="\(code.description)">
                <div class="actions">
                <button type="submit" name="decision" value="allow">Allow</button>
                <button class="quiet" type="submit" name="decision" value="deny">Refuse</button>
                </div>
                </form>
                \(session.asideForm)
                """,
            formTarget: formTarget
        )
    }

    /// Another address is no proof of an attack, but the best hint that there is (RFC 8628, section 5.4).
    private var comparison: HTML {
        guard let asked = device.address, let callerAddress, asked != callerAddress else { return "" }
        return ", which is <b>not the address that you are at</b> (\(callerAddress))"
    }

    private var age: String {
        let seconds = max(0, (now - device.requestedAt).components.seconds)
        return seconds < 60 ? "\(seconds) s ago" : "\(seconds / 60) min ago"
    }
}

extension BrowserSession {
    /// Who is signed in, with a way out for somebody else.
    fileprivate var asideForm: HTML {
        """
        <form class="aside" method="post" action="/auth/logout">
        <input type="hidden" name="\(BrowserRequests.formTokenField)" value="\(formToken)">
        <p class="note">Signed in as \(identity.principal.name).</p>
        <div class="actions"><button class="quiet" type="submit">Sign out</button></div>
        </form>
        """
    }
}
