import JSON
import Values

/// Finds settings that are right by themselves and yet cannot hold together on a cluster.
///
/// Settings are layered, so what one section demands of another shows only in a cluster's effective values.
struct SettingsCheck {
    let tree: JSONValue
    var faults: FaultLog

    /// Reports it at the document to change.
    static func check(_ tree: JSONValue, _ faults: inout FaultLog) {
        var check = SettingsCheck(tree: tree, faults: faults)
        check.run()
        faults = check.faults
    }

    private mutating func run() {
        checkLayers()
        checkCluster()
        checkFlags()
        checkDNS()
        checkAuthority()
        checkCloud()
    }

    // MARK: - Reading

    func value(_ path: String...) -> JSONValue? { tree[JSONPointer(path)] }

    func setting(_ section: String, _ path: String...) -> JSONValue? {
        tree[JSONPointer(["settings", section] + path)]
    }

    func flag(_ name: String) -> Bool { setting("otomi", name)?.boolValue ?? false }

    var provider: String { value("cluster", "provider")?.stringValue ?? "" }

    // MARK: - Reporting

    mutating func report(
        _ section: String,
        at path: [String],
        _ message: String,
        hint: String? = nil,
        severity: Fault.Severity = .error
    ) {
        faults.report(
            .settings,
            name: section,
            at: JSONPointer(path),
            message,
            hint: hint,
            severity: severity
        )
    }

    mutating func reportCluster(at path: [String], _ message: String, hint: String, severity: Fault.Severity) {
        faults.report(.cluster, name: "", at: JSONPointer(path), message, hint: hint, severity: severity)
    }
}
