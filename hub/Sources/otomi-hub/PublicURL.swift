import ArgumentParser
import Installation

/// The hub's address as agents see it: `https://HOST`, optionally with a port and a path.
struct PublicURL: ExpressibleByArgument {
    let text: String

    init?(argument: String) {
        guard HubAddress(argument) != nil else { return nil }
        var text = argument[...]
        while text.hasSuffix("/") { text.removeLast() }
        self.text = String(text)
    }
}
