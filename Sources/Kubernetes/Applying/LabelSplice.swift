/// Adds a label to an object that is written as JSON, without reading the rest of it.
///
/// The bytes must be JSON that the strict parser accepts. Where they are not plainly what is expected, nothing is spliced.
package enum LabelSplice {
    /// The object with the label; `nil` when it has to be read for that: the label is there already, `metadata` or `labels`
    /// is missing its plain form, or a name is written with an escape.
    ///
    /// `name` and `value` must need no escapes.
    package static func adding(_ name: String, _ value: String, to object: some Collection<UInt8>) -> [UInt8]? {
        var scanner = Scanner(bytes: Array(object))
        guard let metadata = scanner.member("metadata", ofObjectAt: 0) ?? nil,
            let labels = scanner.member("labels", ofObjectAt: metadata)
        else { return nil }
        let text = "\"\(name)\":\"\(value)\""
        let insertion: (offset: Int, text: String)
        if let labels {
            guard let found = scanner.member(name, ofObjectAt: labels), found == nil else { return nil }
            insertion = (labels + 1, scanner.isEmptyObject(at: labels) ? text : text + ",")
        } else {
            guard !scanner.isEmptyObject(at: metadata) else { return nil }
            insertion = (metadata + 1, "\"labels\":{\(text)},")
        }
        scanner.bytes.insert(contentsOf: insertion.text.utf8, at: insertion.offset)
        return scanner.bytes
    }

    private struct Scanner {
        var bytes: [UInt8]

        func isEmptyObject(at offset: Int) -> Bool {
            let next = afterWhitespace(offset + 1)
            return next < bytes.count && bytes[next] == UInt8(ascii: "}")
        }

        /// Where the value of a member begins, `.some(nil)` when the object has no such member, `nil` when it is not plain.
        func member(_ name: String, ofObjectAt start: Int) -> Int?? {
            let wanted = Array(name.utf8)
            var offset = afterWhitespace(start)
            guard byte(offset) == UInt8(ascii: "{") else { return nil }
            offset = afterWhitespace(offset + 1)
            while byte(offset) == UInt8(ascii: "\"") {
                guard let end = endOfString(offset) else { return nil }
                let key = bytes[(offset + 1)..<(end - 1)]
                guard !key.contains(UInt8(ascii: "\\")) else { return nil }
                let colon = afterWhitespace(end)
                guard byte(colon) == UInt8(ascii: ":") else { return nil }
                let value = afterWhitespace(colon + 1)
                // The parser refuses a second member of the same name, so the first is the only one.
                if key.elementsEqual(wanted) { return .some(value) }
                guard let next = endOfValue(value) else { return nil }
                offset = afterWhitespace(next)
                if byte(offset) == UInt8(ascii: ",") { offset = afterWhitespace(offset + 1) }
            }
            return byte(offset) == UInt8(ascii: "}") ? .some(nil) : nil
        }

        private func byte(_ offset: Int) -> UInt8? { offset < bytes.count ? bytes[offset] : nil }

        private func afterWhitespace(_ start: Int) -> Int {
            var offset = start
            while let next = byte(offset), next == 0x20 || (0x09...0x0D).contains(next) { offset += 1 }
            return offset
        }

        /// The offset after the string that begins at `start`.
        private func endOfString(_ start: Int) -> Int? {
            var offset = start + 1
            while let next = byte(offset) {
                if next == UInt8(ascii: "\"") { return offset + 1 }
                offset += next == UInt8(ascii: "\\") ? 2 : 1
            }
            return nil
        }

        /// The offset after the value that begins at `start`.
        private func endOfValue(_ start: Int) -> Int? {
            var offset = start
            var depth = 0
            while let next = byte(offset) {
                switch next {
                case UInt8(ascii: "\""):
                    guard let end = endOfString(offset) else { return nil }
                    offset = end
                    if depth == 0 { return offset }
                    continue
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    // The end of the object around a bare value.
                    if depth == 0 { return offset }
                    depth -= 1
                    if depth == 0 { return offset + 1 }
                case UInt8(ascii: ","): if depth == 0 { return offset }
                default: break
                }
                offset += 1
            }
            return nil
        }
    }
}
