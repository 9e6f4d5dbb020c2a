import HTTPTypes
import Hummingbird
import NIOCore

/// One page of the hub's own: a heading and what stands below it, without scripts and without anything from elsewhere.
struct WebPage {
    let title: String
    let content: HTML
    var status: HTTPResponse.Status = .ok
    /// Where forms of the page may lead besides the hub; browsers hold redirects after a form to it too.
    var formTarget: String?

    private var document: HTML {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(title) · Otomi</title>
        <style>\(HTML(stringLiteral: PageStyle.sheet))</style>
        </head>
        <body>
        <main>
        <p class="brand">Otomi</p>
        <h1>\(title)</h1>
        \(content)
        </main>
        </body>
        </html>

        """
    }

    /// The answer to a browser.
    func response(cookies: [String] = []) -> Response {
        var headers: HTTPFields = [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"]
        let policy = [
            "default-src 'none'", "style-src \(PageStyle.source)", "frame-ancestors 'none'", "base-uri 'none'",
            "form-action 'self'" + (formTarget.map { " \($0)" } ?? ""),
        ]
        let fields = [
            ("Content-Security-Policy", policy.joined(separator: "; ")), ("X-Content-Type-Options", "nosniff"),
            // With "no-referrer" a browser sends the forms of a page with the origin "null".
            ("X-Frame-Options", "DENY"), ("Referrer-Policy", "same-origin"),
        ]
        for (name, value) in fields { if let name = HTTPField.Name(name) { headers[name] = value } }
        for cookie in cookies { headers.append(HTTPField(name: .setCookie, value: cookie)) }
        return Response(
            status: status,
            headers: headers,
            body: .init(byteBuffer: ByteBuffer(string: document.markup))
        )
    }
}

extension Response {
    /// Sends a browser on, by a request that carries no body (RFC 9110, section 15.4.4).
    static func seeOther(_ location: String, cookies: [String] = []) -> Response {
        var headers: HTTPFields = [.location: location, .cacheControl: "no-store"]
        for cookie in cookies { headers.append(HTTPField(name: .setCookie, value: cookie)) }
        return Response(status: .seeOther, headers: headers)
    }
}
