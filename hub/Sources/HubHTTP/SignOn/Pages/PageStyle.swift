import Bundles
import Crypto

/// The look of the hub's few pages of its own: one sheet, in the page itself, for light and dark, from 320 pixels on.
enum PageStyle {
    /// The source of the sheet as a Content-Security-Policy names it: no other style counts.
    static let source = "'sha256-\(Base64.encode(Array(SHA256.hash(data: Array(sheet.utf8)))))'"

    static let sheet = """
        :root{color-scheme:light dark;--ground:#f4f6f8;--card:#fff;--ink:#17202a;--soft:#4d5b6a;--line:#c9d1da;\
        --accent:#0b5cad;--on-accent:#fff;--alarm:#a61b1b;--focus:#0b5cad}
        @media (prefers-color-scheme:dark){:root{--ground:#10161d;--card:#19222c;--ink:#e8edf2;--soft:#a9b6c3;\
        --line:#3a4856;--accent:#7db8f5;--on-accent:#0c1a28;--alarm:#ff9d94;--focus:#a8d1ff}}
        *{box-sizing:border-box}
        body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;\
        padding:1rem;background:var(--ground);color:var(--ink);\
        font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        main{width:100%;max-width:27rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem;\
        padding:clamp(1.25rem,5vw,2rem)}
        .brand{margin:0 0 1rem;font-weight:650;letter-spacing:.02em;color:var(--soft)}
        h1{margin:0 0 .75rem;font-size:1.375rem;line-height:1.25}
        p{margin:0 0 1rem;overflow-wrap:anywhere}
        p.note{color:var(--soft);font-size:.9375rem}
        p.alarm{color:var(--alarm);font-weight:600}
        dl{margin:0 0 1rem;display:grid;grid-template-columns:auto 1fr;gap:.375rem 1rem}
        @media (max-width:26rem){dl{grid-template-columns:1fr;gap:0}dd{padding:0 0 .5rem}}
        dt{color:var(--soft)}
        dd{margin:0;overflow-wrap:anywhere}
        .code{display:block;margin:0 0 1rem;padding:.75rem;border:1px dashed var(--line);border-radius:.5rem;\
        text-align:center;font:600 1.5rem/1.2 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;letter-spacing:.12em}
        label{display:block;margin:0 0 .375rem;font-weight:600}
        input[type=text],input[type=password]{width:100%;margin:0 0 1rem;padding:.625rem .75rem;font:inherit;\
        color:inherit;background:var(--ground);border:1px solid var(--soft);border-radius:.5rem}
        input.code-field{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;letter-spacing:.12em;\
        text-transform:uppercase}
        ::placeholder{color:var(--soft);opacity:1}
        .actions{display:flex;flex-wrap:wrap;gap:.75rem}
        button,a.button{flex:1 1 8rem;padding:.6875rem 1rem;font:inherit;font-weight:600;text-align:center;\
        text-decoration:none;border:1px solid var(--accent);border-radius:.5rem;background:var(--accent);\
        color:var(--on-accent);cursor:pointer}
        button.quiet{background:transparent;color:var(--accent)}
        a{color:var(--accent)}
        :focus-visible{outline:3px solid var(--focus);outline-offset:2px}
        form.aside{margin:1.25rem 0 0;padding:1rem 0 0;border-top:1px solid var(--line)}
        """
}
