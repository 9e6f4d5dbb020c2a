/// Where a database is and how to talk to it.
package struct PostgresConfiguration: Sendable {
    /// libpq's connection parameters, later ones win; `dbname` may hold a whole URL.
    package var parameters: [(key: String, value: String)]
    /// How long opening one connection may take.
    package var connectTimeout: Duration
    /// How long one statement may run.
    package var statementTimeout: Duration
    /// Whether statements are prepared on the connection; off behind a pooler in transaction mode.
    package var usesPreparedStatements = true

    /// What messages call the database; holds no password.
    package let place: String

    private init(parameters: [(key: String, value: String)], place: String) {
        self.parameters = parameters
        self.place = place
        connectTimeout = .seconds(5)
        statementTimeout = .seconds(30)
    }

    /// Takes a URL such as `postgres://user:password@host:5432/name?sslmode=verify-full`.
    package init(url: String) {
        self.init(parameters: [("dbname", url)], place: Self.withoutPassword(url))
    }

    /// A database behind a Unix socket on this machine.
    package init(socketDirectory: String, database: String, user: String) {
        self.init(
            parameters: [("host", socketDirectory), ("dbname", database), ("user", user)],
            place: "the server at \(socketDirectory)"
        )
    }

    /// The same server, another database.
    package func database(_ name: String) -> PostgresConfiguration {
        var copy = PostgresConfiguration(
            parameters: parameters + [("dbname", name)],
            place: place
        )
        copy.connectTimeout = connectTimeout
        copy.statementTimeout = statementTimeout
        copy.usesPreparedStatements = usesPreparedStatements
        return copy
    }

    private static func withoutPassword(_ url: String) -> String {
        guard let scheme = url.firstRange(of: "://"), let at = url[scheme.upperBound...].lastIndex(of: "@") else {
            return url.contains("password") ? "the given database" : url
        }
        let user = url[scheme.upperBound..<at].prefix { $0 != ":" }
        let rest = url[at...].prefix { $0 != "?" }
        return "\(url[..<scheme.upperBound])\(user)\(rest)"
    }
}

extension PostgresConfiguration: CustomStringConvertible {
    /// The place alone: libraries log the services that they run with everything in them, and a URL holds a password.
    package var description: String { place }
}
