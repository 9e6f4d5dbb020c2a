import JSON

/// Puts values together from events.
struct YAMLComposer {
    private let events: YAMLEvents
    private let limits: YAMLLimits
    private var nodes = 0
    private var depth = 0
    private var anchors: [String: Anchored] = [:]

    private struct Anchored {
        let value: JSONValue
        let nodes: Int
    }

    init(_ events: YAMLEvents, limits: YAMLLimits) {
        self.events = events
        self.limits = limits
    }

    mutating func documents() throws(YAMLError) -> [JSONValue] {
        var documents: [JSONValue] = []
        while true {
            let (event, mark) = try events.next()
            switch event {
            case .streamEnd: return documents
            case .documentStart:
                anchors = [:]
                let (event, mark) = try events.next()
                documents.append(try value(event, mark))
            case .documentEnd: continue
            default: throw mark.error("a document is expected")
            }
        }
    }

    private mutating func value(_ event: YAMLEvent, _ mark: YAMLMark) throws(YAMLError) -> JSONValue {
        let before = nodes
        try count(1, mark)
        switch event {
        case .scalar(let scalar, let anchor):
            let value = try scalar.resolved(at: mark)
            remember(value, anchor, since: before)
            return value
        case .alias(let name):
            guard let anchored = anchors[name] else {
                // The text may be a secret that begins with an asterisk: no message repeats what stands for a value.
                throw mark.error("this alias has no anchor before it; quote a text that begins with '*'")
            }
            try count(anchored.nodes, mark)
            return anchored.value
        case .sequenceStart(let anchor, let tag):
            try check(tag, is: "tag:yaml.org,2002:seq", mark)
            let value = try sequence(mark)
            remember(value, anchor, since: before)
            return value
        case .mappingStart(let anchor, let tag):
            try check(tag, is: "tag:yaml.org,2002:map", mark)
            let value = try mapping(mark)
            remember(value, anchor, since: before)
            return value
        case .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
            throw mark.error("a value is expected")
        }
    }

    private mutating func sequence(_ mark: YAMLMark) throws(YAMLError) -> JSONValue {
        try enter(mark)
        defer { depth -= 1 }
        var elements: [JSONValue] = []
        while true {
            let (event, mark) = try events.next()
            if case .sequenceEnd = event { return .array(elements) }
            elements.append(try value(event, mark))
        }
    }

    private mutating func mapping(_ mark: YAMLMark) throws(YAMLError) -> JSONValue {
        try enter(mark)
        defer { depth -= 1 }
        var members: [String: JSONValue] = [:]
        while true {
            let (event, mark) = try events.next()
            if case .mappingEnd = event { return .object(members) }
            guard case .scalar(let scalar, let anchor) = event, anchor == nil else {
                throw mark.error("the key of a mapping is a scalar without anchor")
            }
            if scalar.isPlain, scalar.text == "<<" {
                throw mark.error("merge keys ('<<') are not part of YAML 1.2; write the fields out")
            }
            if let tag = scalar.tag, tag != "!", tag != "tag:yaml.org,2002:str" {
                throw mark.error("this tag is not understood on a key; quote a text that begins with '!'")
            }
            let (valueEvent, valueMark) = try events.next()
            guard members.updateValue(try value(valueEvent, valueMark), forKey: scalar.text) == nil else {
                throw mark.error("the key '\(scalar.text)' occurs twice")
            }
        }
    }

    // MARK: - Limits

    private mutating func enter(_ mark: YAMLMark) throws(YAMLError) {
        guard depth < limits.maximumDepth else { throw mark.error("nested deeper than \(limits.maximumDepth)") }
        depth += 1
    }

    private mutating func count(_ more: Int, _ mark: YAMLMark) throws(YAMLError) {
        nodes += more
        guard nodes <= limits.maximumNodes else {
            throw mark.error("more than \(limits.maximumNodes) values, counting what aliases repeat")
        }
    }

    private mutating func remember(_ value: JSONValue, _ anchor: String?, since before: Int) {
        guard let anchor else { return }
        anchors[anchor] = Anchored(value: value, nodes: nodes - before)
    }

    private func check(_ tag: String?, is expected: String, _ mark: YAMLMark) throws(YAMLError) {
        guard let tag, tag != "!", tag != expected else { return }
        throw mark.error("this tag is not understood; quote a text that begins with '!'")
    }
}
