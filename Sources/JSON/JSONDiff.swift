/// Says where two JSON values differ, as far down as they can be compared.
package enum JSONDiff {
    /// The differences between two values, in the order of their places.
    ///
    /// Objects are compared member by member. Lists are compared element by element behind what they begin with and before
    /// what they end with in common, so that one element that comes or goes is one difference. Everything else is equal or
    /// not.
    ///
    /// - Parameters:
    ///   - before: the value before; `nil` when there was none.
    ///   - after: the value after; `nil` when there is none.
    ///   - isWhole: whether a value at that place is compared as one, such as a marker of a secret.
    /// - Returns: one difference for each place; none for equal values.
    package static func between(
        _ before: JSONValue?,
        _ after: JSONValue?,
        isWhole: (JSONValue) -> Bool = { _ in false }
    ) -> [JSONDifference] {
        var found: [JSONDifference] = []
        compare(before, after, at: .root, isWhole, into: &found)
        return found
    }

    private static func compare(
        _ before: JSONValue?,
        _ after: JSONValue?,
        at pointer: JSONPointer,
        _ isWhole: (JSONValue) -> Bool,
        into found: inout [JSONDifference]
    ) {
        guard before != after else { return }
        switch (before, after) {
        case (.object(let old)?, .object(let new)?) where !isWhole(.object(old)) && !isWhole(.object(new)):
            for key in Set(old.keys).union(new.keys).sorted() {
                compare(old[key], new[key], at: pointer.appending(key), isWhole, into: &found)
            }
        case (.array(let old)?, .array(let new)?):
            compare(old, new, at: pointer, isWhole, into: &found)
        default:
            found.append(JSONDifference(pointer: pointer, before: before, after: after))
        }
    }

    private static func compare(
        _ old: [JSONValue],
        _ new: [JSONValue],
        at pointer: JSONPointer,
        _ isWhole: (JSONValue) -> Bool,
        into found: inout [JSONDifference]
    ) {
        let shorter = min(old.count, new.count)
        var start = 0
        while start < shorter, old[start] == new[start] { start += 1 }
        var end = 0
        while end < shorter - start, old[old.count - 1 - end] == new[new.count - 1 - end] { end += 1 }
        let (oldEnd, newEnd) = (old.count - end, new.count - end)
        for index in start..<max(oldEnd, newEnd) {
            compare(
                index < oldEnd ? old[index] : nil,
                index < newEnd ? new[index] : nil,
                at: pointer.appending(index),
                isWhole,
                into: &found
            )
        }
    }
}
