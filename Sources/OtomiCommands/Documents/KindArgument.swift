import ArgumentParser
import Values

/// A kind on the command line: `service`, `services`, `Service`.
struct KindArgument: ExpressibleByArgument, Hashable {
    let kind: Kind

    init?(argument: String) {
        guard let kind = Kind(loosely: argument) else { return nil }
        self.kind = kind
    }

    static var allValueStrings: [String] { Kind.allCases.map { $0.rawValue.lowercased() } }
}

/// A scope on the command line: `platform`, `group/eu`, `cluster/demo`.
struct ScopeArgument: ExpressibleByArgument, Hashable {
    let scope: Scope

    init?(argument: String) {
        guard let scope = Scope(argument) else { return nil }
        self.scope = scope
    }
}
