import JSON
import Values

/// Finds ingress classes that cannot be.
enum IngressCheck {
    /// The classes that the platform has by itself, and the words that mean them.
    private static let taken = ["nginx", "nginx-private", "platform", "alb", "azure-application-gateway"]

    static func check(_ tree: JSONValue, _ faults: inout FaultLog) {
        guard let settings = tree["settings"]?["ingress"] else { return }
        checkRanges(settings["platformClass"], at: ["platformClass"], &faults)
        var names = Set(taken)
        for (index, json) in (settings["classes"]?.arrayValue ?? []).enumerated() {
            let place = ["classes", String(index)]
            checkRanges(json, at: place, &faults)
            guard let name = json["className"]?.stringValue else { continue }
            if !ObjectName.isLabel(name) {
                let message = "'\(name)' cannot name an ingress class"
                faults.report(.settings, name: "ingress", at: JSONPointer(place + ["className"]), message)
            } else if !names.insert(name).inserted {
                faults.report(
                    .settings,
                    name: "ingress",
                    at: JSONPointer(place + ["className"]),
                    "there is an ingress class '\(name)' already",
                    hint: "choose another name"
                )
            }
        }
    }

    private static func checkRanges(_ json: JSONValue?, at place: [String], _ faults: inout FaultLog) {
        guard let json else { return }
        for range in IngressFacts.Class(json).sourceRanges where !isRange(range) {
            faults.report(
                .settings,
                name: "ingress",
                at: JSONPointer(place + ["sourceIpAddressFiltering"]),
                "an IP address, or one with the length of its network prefix, is expected, found '\(range)'"
            )
        }
    }

    private static func isRange(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let bits: Int
        switch EgressHost(parts[0]) {
        case .ipv4: bits = 32
        case .ipv6: bits = 128
        default: return false
        }
        guard parts.count > 1 else { return true }
        return parts.count == 2 && (Int(parts[1]).map { (0...bits).contains($0) } ?? false)
    }
}
