/// What a renewal of secrets came to.
package struct RenewedSecrets: Hashable, Sendable {
    /// How many undecipherable ones are named.
    private static let maximumNames = 10

    /// How many rows were sealed anew.
    package private(set) var renewed = 0
    /// How many rows hold a secret that cannot be opened: they stay as they are, and their key is kept.
    package private(set) var undecipherable = 0
    /// What the first of them belong to.
    package private(set) var names: [String] = []

    init() {}

    mutating func add<Cursor>(_ step: RenewalStep<Cursor>) {
        renewed += step.renewed
        undecipherable += step.undecipherable.count
        names += step.undecipherable.prefix(max(0, Self.maximumNames - names.count))
    }
}

/// What one transaction of a renewal came to.
struct RenewalStep<Cursor: Sendable>: Sendable {
    var renewed = 0
    /// What the secrets belong to that cannot be opened.
    var undecipherable: [String] = []
    /// Where the next one begins; `nil` at the end.
    var next: Cursor?

    /// Does `work` for a row; where a secret of it cannot be opened the row is noted as `name`, and left alone.
    ///
    /// - Throws: what else `work` throws.
    mutating func renew(_ name: @autoclosure () -> String, _ work: () throws -> Void) throws {
        do {
            try work()
            renewed += 1
        } catch let error as StoreError where error.code == .undecipherable {
            undecipherable.append(name())
        }
    }
}
