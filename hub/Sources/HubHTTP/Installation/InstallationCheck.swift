import HubAPI
import Installation
import JSON
import Values

/// Refuses an installation that no cluster would take, before it is remembered.
enum InstallationCheck {
    private static let longestText = 512
    private static let longestAuthorities = 256 << 10

    /// - Throws: `Problem` of kind `invalid` that names every option.
    static func check(_ installation: AgentInstallation) throws {
        var faults: [Fault] = []
        func expect(_ isGood: Bool, _ option: String, _ message: String) {
            if !isGood { faults.append(Fault(pointer: JSONPointer([option]), message: message)) }
        }
        expect(HubAddress(installation.hub) != nil, "hub", "the hub's address '\(installation.hub)' is no URL")
        expect(isReference(installation.image), "image", "'\(installation.image)' is no reference of an image")
        if let proxy = installation.proxy {
            expect(
                HubAddress(proxy) != nil && proxy.utf8.count <= longestText,
                "proxy",
                "'\(proxy)' is no URL of a proxy"
            )
            expect(!proxy.contains("@"), "proxy", "a password of a proxy does not belong into a manifest")
        }
        if let noProxy = installation.noProxy {
            expect(isWord(noProxy), "noProxy", "hosts are expected, separated by commas")
        }
        if let size = installation.persistence {
            let isSize = size.utf8.count <= 20 && size.first?.isNumber == true && size.allSatisfy(isNameCharacter)
            expect(isSize, "persistence", "'\(size)' is no size of a volume, such as 1Gi")
        }
        if let authorities = installation.authorities {
            let isPEM =
                authorities.contains("-----BEGIN CERTIFICATE-----") && !authorities.contains("PRIVATE KEY")
                && authorities.utf8.count <= longestAuthorities
            expect(isPEM, "authorities", "certificates in PEM are expected, at most 256 KiB, and no private key")
        }
        guard faults.isEmpty else {
            throw Problem(.invalid, detail: "The agent cannot be installed so: \(faults[0].message).", errors: faults)
        }
    }

    private static func isReference(_ text: String) -> Bool {
        isWord(text) && text.first.map { $0.isLetter || $0.isNumber } == true
    }

    private static func isWord(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= longestText
            && text.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 32 && $0 != "\"" && $0 != "\\" }
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == ".")
    }
}
