/// The rules for names of objects.
enum NameValidation {
    /// Checks the name of a request.
    ///
    /// - Throws: 422 with the words of the real API server.
    static func check(_ scope: ClusterState.Scope) throws(APIStatus) {
        guard let fault = fault(scope.name, scope.type.nameRule) else { return }
        throw .invalid(
            scope.type,
            scope.name,
            field: "metadata.name",
            "Invalid value: \"\(scope.name)\": \(fault)"
        )
    }

    static func fault(_ name: String, _ rule: ResourceType.NameRule) -> String? {
        switch rule {
        case .subdomain:
            guard name.utf8.count <= 253 else { return "must be no more than 253 characters" }
            guard name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabel) else {
                return "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
                    + "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
                    + "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
            }
        case .label:
            guard name.utf8.count <= 63 else { return "must be no more than 63 characters" }
            guard isLabel(name[...]) else {
                return "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must "
                    + "start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for "
                    + "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
            }
        case .startsWithLetter:
            guard name.utf8.count <= 63 else { return "must be no more than 63 characters" }
            guard isLabel(name[...]), let first = name.utf8.first, isLetter(first) else {
                return "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
                    + "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
                    + "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
            }
        case .pathSegment:
            if name == "." || name == ".." { return "may not be '\(name)'" }
            if name.contains("/") { return "may not contain '/'" }
            if name.contains("%") { return "may not contain '%'" }
        }
        return nil
    }

    private static func isLabel(_ label: Substring) -> Bool {
        guard let first = label.utf8.first, let last = label.utf8.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
}
