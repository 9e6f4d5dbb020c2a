/// Why the client could not do what it was asked for, other than that what it got is not to be trusted.
package struct TUFClientError: Error, Hashable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
