import JSON

/// One run of a schema over a value, collecting every fault.
struct SchemaEvaluation {
    let schema: CompiledSchema
    let isPartial: Bool
    private(set) var faults: [SchemaFault] = []
    /// Set while inside a secret leaf, whose content no message may repeat.
    private var isInsideSecret = false

    init(schema: CompiledSchema, isPartial: Bool) {
        self.schema = schema
        self.isPartial = isPartial
    }

    mutating func check(_ value: JSONValue, _ node: SchemaNode, at pointer: JSONPointer) {
        let wasInsideSecret = isInsideSecret
        defer { isInsideSecret = wasInsideSecret }
        if node.isSecret {
            if SecretMarker.isMarker(value) { return }
            isInsideSecret = true
        }
        guard !node.isNever else { return add(pointer, "false", "is not allowed together with what else is said here") }
        guard checkType(value, node, at: pointer) else { return }
        if let target = schema.referenced(by: node) {
            if target.isSecret, SecretMarker.isMarker(value) { return }
            check(value, target, at: pointer)
        }
        checkFixed(value, node, at: pointer)
        switch value {
        case .string(let text): check(text, node, at: pointer)
        case .integer, .number: checkNumber(value, node, at: pointer)
        case .array(let elements): check(elements, node, at: pointer)
        case .object(let members): check(members, node, at: pointer)
        case .null, .bool: break
        }
        checkCombinations(value, node, at: pointer)
    }

    private mutating func add(_ pointer: JSONPointer, _ keyword: String, _ message: String, hint: String? = nil) {
        faults.append(SchemaFault(pointer: pointer, keyword: keyword, message: message, hint: hint))
    }

    /// The faults of `value` alone, apart from those collected so far.
    private func faults(
        of value: JSONValue,
        _ node: SchemaNode,
        at pointer: JSONPointer,
        isPartial: Bool
    ) -> [SchemaFault] {
        var evaluation = SchemaEvaluation(schema: schema, isPartial: isPartial)
        evaluation.isInsideSecret = isInsideSecret
        evaluation.check(value, node, at: pointer)
        return evaluation.faults
    }

    private func found(_ value: JSONValue) -> String {
        guard !isInsideSecret else { return "found something else in this secret" }
        switch value {
        case .string(let text): return text.count > 80 ? "found a text of \(text.count) characters" : "found '\(text)'"
        case .integer, .number, .bool: return "found \(value.compactText)"
        default: return "found \(value.typeName)"
        }
    }

    // MARK: - Any value

    private mutating func checkType(_ value: JSONValue, _ node: SchemaNode, at pointer: JSONPointer) -> Bool {
        guard !node.types.isEmpty else { return true }
        let isAccepted = node.types.contains { type in
            switch (type, value) {
            case ("integer", .number(let number)): number == number.rounded()
            case ("number", .integer): true
            default: type == value.typeName
            }
        }
        if !isAccepted {
            let expected = node.types.map { $0.first.map("aeio".contains) == true ? "an \($0)" : "a \($0)" }
            add(pointer, "type", "\(expected.joined(separator: " or ")) is expected, found \(value.typeName)")
        }
        return isAccepted
    }

    private mutating func checkFixed(_ value: JSONValue, _ node: SchemaNode, at pointer: JSONPointer) {
        if let allowed = node.allowed, !allowed.contains(value) {
            let list = allowed.map { $0.stringValue ?? $0.compactText }.joined(separator: ", ")
            let hint = value.stringValue.flatMap { closest(to: $0, in: allowed.compactMap(\.stringValue)) }
            add(pointer, "enum", "one of \(list) is expected, \(found(value))", hint: hint)
        }
        if let constant = node.constant, constant != value {
            add(pointer, "const", "\(constant.stringValue ?? constant.compactText) is expected, \(found(value))")
        }
    }

    private mutating func check(_ text: String, _ node: SchemaNode, at pointer: JSONPointer) {
        let length = text.unicodeScalars.count
        if length < node.lengths.lowerBound {
            let minimum = node.lengths.lowerBound
            add(pointer, "minLength", "at least \(minimum) character\(minimum == 1 ? " is" : "s are") expected")
        }
        if length > node.lengths.upperBound {
            add(pointer, "maxLength", "at most \(node.lengths.upperBound) characters are expected, found \(length)")
        }
        if let pattern = node.pattern, !pattern.matches(text) {
            let expected = node.expectation ?? "a text that matches \(pattern.source)"
            add(pointer, "pattern", "\(expected) is expected, \(found(.string(text)))")
        }
    }

    private mutating func checkNumber(_ value: JSONValue, _ node: SchemaNode, at pointer: JSONPointer) {
        guard let number = value.doubleValue else { return }
        if let minimum = node.minimum, number < minimum {
            add(pointer, "minimum", "at least \(JSONValue.number(minimum).compactText) is expected, \(found(value))")
        }
        if let maximum = node.maximum, number > maximum {
            add(pointer, "maximum", "at most \(JSONValue.number(maximum).compactText) is expected, \(found(value))")
        }
    }

    private mutating func check(_ elements: [JSONValue], _ node: SchemaNode, at pointer: JSONPointer) {
        if elements.count < node.itemCount.lowerBound {
            let minimum = node.itemCount.lowerBound
            add(pointer, "minItems", "at least \(minimum) element\(minimum == 1 ? " is" : "s are") expected")
        }
        if elements.count > node.itemCount.upperBound {
            let message = "at most \(node.itemCount.upperBound) elements are expected, found \(elements.count)"
            add(pointer, "maxItems", message)
        }
        if node.hasUniqueItems {
            var seen: Set<JSONValue> = []
            for (index, element) in elements.enumerated() where !seen.insert(element).inserted {
                add(pointer.appending(index), "uniqueItems", "occurs twice; every element is expected only once")
            }
        }
        if let items = node.items {
            for (index, element) in elements.enumerated() { check(element, items, at: pointer.appending(index)) }
        }
        if let contains = node.contains,
            !elements.contains(where: { faults(of: $0, contains, at: pointer, isPartial: isPartial).isEmpty })
        {
            add(pointer, "contains", "an element of another form is expected")
        }
    }

    // MARK: - Objects

    private mutating func check(_ members: [String: JSONValue], _ node: SchemaNode, at pointer: JSONPointer) {
        checkRequired(members, node, at: pointer)
        if members.count < node.propertyCount.lowerBound, !isPartial {
            add(pointer, "minProperties", "at least \(node.propertyCount.lowerBound) fields are expected")
        }
        // A member that a layer removes is none.
        let given = isPartial ? members.filter { !$0.value.isNull } : members
        if given.count > node.propertyCount.upperBound {
            let names = given.keys.sorted().joined(separator: ", ")
            let maximum = node.propertyCount.upperBound
            add(
                pointer,
                "maxProperties",
                "at most \(maximum) field\(maximum == 1 ? " is" : "s are") expected, found \(names)"
            )
        }
        for (key, member) in members {
            let place = pointer.appending(key)
            if let names = node.propertyNames {
                let nameFaults = faults(of: .string(key), names, at: place, isPartial: isPartial)
                if !nameFaults.isEmpty {
                    let reason = nameFaults[0].message
                    add(place, "propertyNames", "the name of this field is not allowed: \(reason)")
                }
            }
            // A null removes what a lower layer says; that nothing required is removed is checked above.
            if member.isNull { continue }
            check(member, named: key, of: node, at: place)
        }
    }

    private mutating func checkRequired(_ members: [String: JSONValue], _ node: SchemaNode, at pointer: JSONPointer) {
        guard !isPartial else { return }
        func isMissing(_ name: String) -> Bool { members[name].map(\.isNull) ?? true }
        for name in node.required where isMissing(name) {
            add(pointer.appending(name), "required", "is required\(purpose(of: name, in: node))")
        }
        for (key, others) in node.dependentRequired where !isMissing(key) {
            for name in others where isMissing(name) {
                add(pointer.appending(name), "required", "is required, because '\(key)' is given")
            }
        }
    }

    private func purpose(of name: String, in node: SchemaNode) -> String {
        guard let property = node.properties[name] else { return "" }
        let expectation = property.expectation ?? schema.referenced(by: property)?.expectation
        return expectation.map { ": \($0)" } ?? ""
    }

    private mutating func check(
        _ member: JSONValue,
        named key: String,
        of node: SchemaNode,
        at place: JSONPointer
    ) {
        var isKnown = false
        if let property = node.properties[key] {
            isKnown = true
            check(member, property, at: place)
        }
        for (pattern, schema) in node.patternProperties where pattern.matches(key) {
            isKnown = true
            check(member, schema, at: place)
        }
        guard !isKnown else { return }
        switch node.additionalProperties {
        case .allowed: break
        case .schema(let schema): check(member, schema, at: place)
        case .forbidden:
            let known = node.properties.keys.sorted()
            let patterns = node.patternProperties.map { $0.node.expectation ?? "names matching \($0.pattern.source)" }
            let list = (known + patterns).joined(separator: ", ")
            let message = list.isEmpty ? "no field is expected here" : "there is no such field; known are \(list)"
            add(place, "additionalProperties", message, hint: closest(to: key, in: known))
        }
    }

    // MARK: - Combinations

    private mutating func checkCombinations(_ value: JSONValue, _ node: SchemaNode, at pointer: JSONPointer) {
        for part in node.allOf { check(value, part, at: pointer) }
        if !node.anyOf.isEmpty {
            let results = node.anyOf.map { faults(of: value, $0, at: pointer, isPartial: isPartial) }
            if !results.contains(where: \.isEmpty) { addNearest(results) }
        }
        if !node.oneOf.isEmpty {
            let results = node.oneOf.map { faults(of: value, $0, at: pointer, isPartial: isPartial) }
            switch results.count(where: \.isEmpty) {
            case 0: addNearest(results)
            case 1: break
            case let count: add(pointer, "oneOf", "exactly one form is expected, found \(count) at once")
            }
        }
        // Under `not` nothing may be waived: a partial document that lacks what is forbidden is a good one.
        if let not = node.not, faults(of: value, not, at: pointer, isPartial: false).isEmpty {
            add(pointer, "not", "\(node.expectation ?? "another value") is expected, \(found(value))")
        }
        if let condition = node.condition {
            let holds = faults(of: value, condition, at: pointer, isPartial: false).isEmpty
            if let then = holds ? node.consequence : node.alternative { check(value, then, at: pointer) }
        }
    }

    /// Of several forms none of which fits, reports the one with the fewest faults.
    private mutating func addNearest(_ results: [[SchemaFault]]) {
        if let nearest = results.min(by: { $0.count < $1.count }) { faults.append(contentsOf: nearest) }
    }

    private func closest(to word: String, in candidates: [String]) -> String? {
        EditDistance.closest(to: word, in: candidates).map { "did you mean '\($0)'?" }
    }
}
