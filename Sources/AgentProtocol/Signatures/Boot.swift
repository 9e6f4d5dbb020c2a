/// The field that says which run of an agent speaks.
///
/// It is signed with every request. A boot that speaks after a newer one did means that two programs have one identity.
package enum Boot {
    package static let fieldName = "otomi-boot"

    /// What a request carries that is no agent's: that of somebody who looks whether the key is known.
    package static let none = "none"

    /// Whether `text` can be the id of a boot: 1 to 64 letters, digits, hyphens and underscores.
    package static func isValid(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
