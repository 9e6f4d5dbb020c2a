import CYAML

/// What libyaml's parser says next.
enum YAMLEvent {
    case streamEnd
    case documentStart
    case documentEnd
    case alias(String)
    case scalar(YAMLScalar, anchor: String?)
    case sequenceStart(anchor: String?, tag: String?)
    case sequenceEnd
    case mappingStart(anchor: String?, tag: String?)
    case mappingEnd
}

/// A scalar as it was written.
struct YAMLScalar {
    let text: String
    /// Written without quotes and without block indicators, so that its form decides its type.
    let isPlain: Bool
    let tag: String?
}

/// A place in the text, counted from 1.
struct YAMLMark {
    let line: Int
    let column: Int

    init(_ mark: yaml_mark_t) {
        line = Int(mark.line) + 1
        column = Int(mark.column) + 1
    }

    func error(_ message: String) -> YAMLError { YAMLError(message, line: line, column: column) }
}

/// libyaml's event parser over bytes that outlive it.
final class YAMLEvents {
    // On the heap, because libyaml keeps the parser's own address inside it.
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    init(_ buffer: UnsafeBufferPointer<UInt8>) throws(YAMLError) {
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            throw YAMLError("no memory for the YAML parser", line: 1, column: 1)
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// The next event and where it begins.
    ///
    /// - Throws: `YAMLError` for bad syntax.
    func next() throws(YAMLError) -> (event: YAMLEvent, mark: YAMLMark) {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { yaml_event_delete(&event) }
        let mark = YAMLMark(event.start_mark)
        switch event.type {
        case YAML_STREAM_START_EVENT: return try next()
        case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return (.streamEnd, mark)
        case YAML_DOCUMENT_START_EVENT: return (.documentStart, mark)
        case YAML_DOCUMENT_END_EVENT: return (.documentEnd, mark)
        case YAML_ALIAS_EVENT: return (.alias(Self.text(event.data.alias.anchor) ?? ""), mark)
        case YAML_SCALAR_EVENT:
            let data = event.data.scalar
            let bytes = UnsafeBufferPointer(start: data.value, count: data.length)
            let scalar = YAMLScalar(
                text: String(decoding: bytes, as: UTF8.self),
                isPlain: data.style == YAML_PLAIN_SCALAR_STYLE,
                tag: Self.text(data.tag)
            )
            return (.scalar(scalar, anchor: Self.text(data.anchor)), mark)
        case YAML_SEQUENCE_START_EVENT:
            let data = event.data.sequence_start
            return (.sequenceStart(anchor: Self.text(data.anchor), tag: Self.text(data.tag)), mark)
        case YAML_SEQUENCE_END_EVENT: return (.sequenceEnd, mark)
        case YAML_MAPPING_START_EVENT:
            let data = event.data.mapping_start
            return (.mappingStart(anchor: Self.text(data.anchor), tag: Self.text(data.tag)), mark)
        case YAML_MAPPING_END_EVENT: return (.mappingEnd, mark)
        default: throw mark.error("libyaml answered with an unknown event")
        }
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private func failure() -> YAMLError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "no YAML"
        // The reader knows an offset only, the scanner and parser know the place.
        if parser.pointee.error == YAML_READER_ERROR {
            let mark = YAMLMark(parser.pointee.mark)
            return mark.error("\(problem) (byte \(parser.pointee.problem_offset))")
        }
        let context = parser.pointee.context.map { " " + String(cString: $0) } ?? ""
        return YAMLMark(parser.pointee.problem_mark).error(problem + context)
    }
}
