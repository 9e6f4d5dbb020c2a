import JSON

/// The limits that Kubernetes and certificates put on names.
enum ObjectName {
    /// A label value and a namespace (RFC 1123 label).
    static let maximumLabelBytes = 63
    /// The name of most objects (RFC 1123 subdomain).
    static let maximumBytes = 253
    /// A CronJob appends eleven characters to the names of its Jobs.
    static let maximumCronJobBytes = 52
    /// The common name of a certificate (RFC 5280, upper bound of `CommonName`).
    static let maximumHostBytes = 64

    /// RFC 1123 label: lower case letters, digits and inner hyphens, 63 bytes at most.
    static func isLabel(_ text: String) -> Bool {
        text.utf8.count <= maximumLabelBytes && isWord(text)
    }

    /// RFC 1123 subdomain as Kubernetes reads it: words joined by dots, 253 bytes at most.
    static func isSubdomain(_ text: String) -> Bool {
        text.utf8.count <= maximumBytes
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isWord)
    }

    /// A host name: labels joined by dots.
    static func isHost(_ text: String) -> Bool {
        text.utf8.count <= maximumBytes
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isLabel(String($0)) }
    }

    /// A name that an environment variable may have in a container.
    static func isEnvironmentName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !isDigit(first) else { return false }
        return isConfigKey(text)
    }

    /// A key of a ConfigMap or Secret.
    static func isConfigKey(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= maximumBytes && text != "." && text != ".."
            && text.utf8.allSatisfy(isConfigKeyByte)
    }

    static func isConfigKeyByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }

    private static func isWord(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
