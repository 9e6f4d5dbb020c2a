import JSON
import Values

extension SettingsCheck {
    /// What layers make of a section has to be what the section's schema allows of one document.
    ///
    /// Two documents that are each in order may add up to two DNS providers, or to a receiver without an address.
    mutating func checkLayers() {
        for (section, spec) in (value("settings")?.objectValue ?? [:]).sorted(by: { $0.key < $1.key })
        // `AlertsCheck` knows better what a receiver is missing.
        where section != "alerts" && section != "home" {
            guard let schema = Schema.compiled(.settings, name: section) else { continue }
            for fault in schema.faults(in: spec) where !concernsUnreadSecret(fault, in: section) {
                report(
                    section,
                    at: fault.pointer.tokens,
                    "the layers of the cluster together: \(fault.message)",
                    hint: fault.hint ?? "add what is missing, or remove what a lower layer says with null"
                )
            }
        }
    }

    /// Values may be read without their secrets; that such a leaf is absent then is no fault.
    private func concernsUnreadSecret(_ fault: SchemaFault, in section: String) -> Bool {
        guard fault.keyword == "required" else { return false }
        var probe: JSONValue = .object([:])
        guard (try? probe.set("", at: fault.pointer)) != nil else { return false }
        return SecretLeaves.pointers(in: probe, kind: .settings, name: section).contains(fault.pointer)
    }
}
