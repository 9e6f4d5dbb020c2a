import Postgres

/// What makes the rest of a transaction see the rows of some teams alone (see the migration V0010).
enum TeamRows {
    /// Binds the transaction to the rows of `teams`; nothing where an actor sees all.
    static func bind(to teams: [String]?) -> [SQL] {
        guard let teams else { return [] }
        return ["SELECT set_config('otomi.teams', \(teams.joined(separator: ",")), true)", "SET LOCAL ROLE otomi_team"]
    }

    /// Takes the bounds off, for what belongs to nobody's team: numbers of revisions, clusters.
    static func unbind(_ teams: [String]?) -> [SQL] { teams == nil ? [] : ["RESET ROLE"] }
}
