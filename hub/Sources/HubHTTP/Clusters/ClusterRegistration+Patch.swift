import HubAPI
import HubStore
import JSON
import Values

extension ClusterRegistration {
    /// How long owner and description may be.
    private static let longestText = 1_000
    /// How many labels a cluster may have.
    private static let maximumLabels = 64

    private static let members = ["provider", "region", "labels", "domain", "owner", "description"]

    /// The registration with a merge patch (RFC 7386) applied.
    ///
    /// - Throws: `Problem` with every fault.
    func patched(by patch: JSONValue, cluster name: String) throws -> ClusterRegistration {
        guard let changes = patch.objectValue else {
            throw Problem(.badRequest, detail: "A JSON object is expected: a merge patch of the cluster.")
        }
        var new = self
        var faults: [Fault] = []
        for (key, value) in changes.sorted(by: { $0.key < $1.key }) {
            if let fault = new.set(key, value) { faults.append(fault) }
        }
        faults += new.faults(name)
        guard faults.isEmpty else {
            throw Problem(.invalid, detail: "Cluster '\(name)' was not changed: \(faults[0]).", errors: faults)
        }
        return new
    }

    private mutating func set(_ key: String, _ value: JSONValue) -> Fault? {
        func fault(_ message: String, _ hint: String) -> Fault {
            Fault(pointer: JSONPointer([key]), message: message, hint: hint)
        }
        guard Self.members.contains(key) else {
            return fault("is nothing that can be changed", "Change \(Self.members.joined(separator: ", ")).")
        }
        if key == "labels" {
            guard !value.isNull else {
                labels = [:]
                return nil
            }
            guard let changes = value.objectValue else { return fault("is no object", "Say {\"key\": \"value\"}.") }
            for (label, value) in changes.sorted(by: { $0.key < $1.key }) {
                guard value.isNull || value.stringValue != nil else {
                    return Fault(
                        pointer: JSONPointer(["labels", label]),
                        message: "is no text",
                        hint: "Labels have texts as values; null takes one away."
                    )
                }
                labels[label] = value.stringValue
            }
            return nil
        }
        guard value.isNull || value.stringValue != nil else { return fault("is no text", "Say a text, or null.") }
        switch key {
        case "provider": provider = value.stringValue ?? ""
        case "region": region = value.stringValue ?? ""
        case "domain": domain = value.stringValue
        case "owner": owner = value.stringValue ?? ""
        default: description = value.stringValue ?? ""
        }
        return nil
    }

    /// What is wrong with it: the same rules as for a Cluster document, so that no cluster exists that values could not
    /// speak of.
    func faults(_ name: String) -> [Fault] {
        var document = Document(id: DocumentID(kind: .cluster, scope: .cluster(name), name: name), spec: [:])
        if let domain { document.spec["domainSuffix"] = .string(domain) }
        var faults = Validator.faults(in: document).filter { $0.severity == .error }.map { fault in
            // The place in the request, not in the document that it was checked as.
            Fault(
                pointer: JSONPointer([fault.pointer.tokens.isEmpty ? "name" : "domain"]),
                message: fault.message,
                hint: fault.hint
            )
        }
        if provider.isEmpty {
            faults.append(
                Fault(
                    pointer: JSONPointer(["provider"]),
                    message: "is missing",
                    hint: "Use one of \(ClusterIdentity.providers.joined(separator: ", "))."
                )
            )
        }
        if labels.count > Self.maximumLabels {
            let hint = "A cluster has at most \(Self.maximumLabels) labels."
            faults.append(Fault(pointer: JSONPointer(["labels"]), message: "has \(labels.count) members", hint: hint))
        }
        for (key, value) in labels.sorted(by: { $0.key < $1.key }) where !Self.isLabel(key, value) {
            faults.append(
                Fault(
                    pointer: JSONPointer(["labels", key]),
                    message: "is no label",
                    hint:
                        "Keys have 1 to 253 bytes, values up to 253, without blanks, commas, brackets, '=' and '!' in keys."
                )
            )
        }
        for (key, text) in [("owner", owner), ("description", description)] where text.utf8.count > Self.longestText {
            faults.append(
                Fault(pointer: JSONPointer([key]), message: "is longer than \(Self.longestText) bytes", hint: nil)
            )
        }
        return faults
    }

    /// Whether a selector can be typed that asks for it.
    private static func isLabel(_ key: String, _ value: String) -> Bool {
        (1...253).contains(key.utf8.count) && value.utf8.count <= 253
            && !key.contains { $0.isWhitespace || "(),=!".contains($0) }
            && !value.contains { $0.isNewline }
    }
}
