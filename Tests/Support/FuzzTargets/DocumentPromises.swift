import JSON
import Values
import YAML

/// Documents are read, checked and written back without loss.
enum DocumentPromises {
    static func check(_ input: [UInt8]) throws(BrokenPromise) {
        var values: [JSONValue] = []
        if let json = try? JSONValue(parsing: input) { values.append(json) }
        let limits = YAMLLimits(maximumDepth: 100, maximumNodes: 20_000, maximumBytes: FuzzTarget.maximumBytes)
        if let read = try? YAML.documents(in: input, limits: limits) {
            for value in read { try check(yaml: value) }
            values += read
        }
        for value in values {
            try JSONPromises.isFixed(value)
            guard let document = try? Document(json: value) else { continue }
            try check(document)
        }
    }

    private static func check(_ document: Document) throws(BrokenPromise) {
        guard let again = try? Document(json: document.json) else {
            throw BrokenPromise("\(document.id) is not read back")
        }
        try promise(again == document, "\(document.id) reads back as something else")
        for fault in Validator.faults(in: document) {
            try promise(!fault.description.isEmpty, "a fault says nothing")
        }
        for pointer in SecretLeaves.pointers(in: document) {
            try promise(document.spec[pointer] != nil, "there is no secret at \(pointer)")
        }
    }

    private static func check(yaml value: JSONValue) throws(BrokenPromise) {
        let text = YAML.text(of: value)
        guard let again = try? YAML.document(in: Array(text.utf8)) else {
            throw BrokenPromise("what was written is no YAML:\n\(text)")
        }
        try promise(again.serialized() == value.serialized(), "what was written reads as something else:\n\(text)")
    }
}
