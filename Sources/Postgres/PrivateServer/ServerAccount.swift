import Glibc

/// The account that the private server runs under; PostgreSQL refuses to run as root.
struct ServerAccount {
    let uid: uid_t
    let gid: gid_t
    /// The name to drop to; `nil` when the process already runs under that account.
    let dropsTo: String?
    /// The name the database superuser gets.
    let name: String

    /// The process' own account, or `postgres` when that is root.
    ///
    /// - Throws: `PostgresError.Code.privateServer` when there is no account to drop to.
    init() throws(PostgresError) {
        guard geteuid() == 0 else {
            uid = geteuid()
            gid = getegid()
            dropsTo = nil
            name = "postgres"
            return
        }
        guard let entry = getpwnam("postgres") else {
            throw PostgresError(
                .privateServer,
                "PostgreSQL does not run as root and there is no account 'postgres' to drop to: "
                    + "start the hub as another user, or name a database with --database-url"
            )
        }
        uid = entry.pointee.pw_uid
        gid = entry.pointee.pw_gid
        dropsTo = "postgres"
        name = "postgres"
    }

    /// The command line that runs `arguments` under the account, and sends it SIGINT when the starting thread ends.
    func command(_ arguments: [String], diesWithParent: Bool) -> [String] {
        var prefix: [String] = []
        if let dropsTo { prefix += ["--reuid=\(dropsTo)", "--regid=\(gid)", "--init-groups"] }
        if diesWithParent { prefix.append("--pdeathsig=INT") }
        return prefix.isEmpty ? arguments : ["setpriv"] + prefix + arguments
    }

    /// Makes `path` the account's own, closed to everyone else.
    func own(_ path: String) throws(PostgresError) {
        guard chmod(path, 0o700) == 0, dropsTo == nil || chown(path, uid, gid) == 0 else {
            throw PostgresError(
                .privateServer,
                "\(path) cannot be given to '\(name)': \(String(cString: strerror(errno)))"
            )
        }
    }
}
