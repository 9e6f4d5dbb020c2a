/// How long a request's body may be, in bytes.
enum BodyLimits {
    /// An ordinary message.
    static let message = 1 << 20
    /// A commit or an import: a whole values repository in one request.
    static let commit = 16 << 20
    /// An agent's report or a page of the states of its objects, both of which agents keep far below it.
    static let report = 512 << 10
}
