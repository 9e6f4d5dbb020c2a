import HubAPI
import JSON
import Values

/// What became of one pushed commit, for a browser.
struct PushPage {
    let push: GitPushEntry

    var page: WebPage {
        WebPage(title: "Commit \(push.commit.prefix(10))", content: content)
    }

    private var content: HTML {
        """
        <p class="\(push.state == "refused" ? "alarm" : "note")" role="status">\(sentence)</p>
        <dl>
        <dt>Commit</dt><dd>\(push.commit)</dd>
        <dt>Author</dt><dd>\(push.authorName), \(push.authorEmail)</dd>
        <dt>Says</dt><dd>\(push.subject)</dd>
        <dt>Seen</dt><dd>\(push.seenAt)</dd>
        </dl>
        \(reasons)
        """
    }

    private var sentence: String {
        switch push.state {
        case "taken": push.revision.map { "It is revision \($0)." } ?? "It changes no document."
        case "corrected": "It was refused, and commit \(push.correctedBy ?? "later") put it right."
        default: "It was refused: \(push.detail ?? "no reason was noted"). Nothing of it is in the values."
        }
    }

    private var reasons: HTML {
        var markup: HTML = ""
        for fault in push.errors.sorted() { markup = "\(markup)<p>\(fault.description)</p>\n" }
        for conflict in push.conflicts {
            markup = """
                \(markup)<p><b>\(conflict.document.description)</b> was changed in revision \
                \(String(conflict.revision)) by \(conflict.author) too.</p>
                <dl><dt>The push</dt><dd>\(text(conflict.yours))</dd><dt>The hub</dt><dd>\(text(conflict.theirs))</dd></dl>

                """
        }
        if let hint = push.hint { markup = "\(markup)<p class=\"note\">\(hint)</p>\n" }
        if push.state == "refused" {
            markup = """
                \(markup)<p class="note">Push a commit that puts it right, or one that reverts it. Until then nothing more is \
                mirrored to the branch, and nothing is taken from it.</p>

                """
        }
        return markup
    }

    private func text(_ spec: JSONValue?) -> String { spec.map(\.compactText) ?? "removed" }
}
