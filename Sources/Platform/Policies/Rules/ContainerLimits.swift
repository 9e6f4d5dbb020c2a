import JSON

/// Containers without limits, or with higher ones.
///
/// Debugging containers have none.
struct ContainerLimits: PolicyRule {
    static let name = "container-limits"
    static let constraintKind = "ContainerLimits"
    static let title = "Containers have limits"
    static let parameterSchema: [String: JSONValue] = ["cpu": ["type": "string"], "memory": ["type": "string"]]

    /// What a container may be given at most, by resource.
    private let most: [(resource: String, text: String, quantity: Quantity)]

    init(json: JSONValue) throws(JSONError) {
        var most: [(resource: String, text: String, quantity: Quantity)] = []
        for resource in ["cpu", "memory"] {
            guard let text: String = try json.optional(resource) else { continue }
            guard let quantity = Quantity(text) else {
                throw JSONError("a quantity is expected, found '\(text)'", at: JSONPointer([resource]))
            }
            most.append((resource, text, quantity))
        }
        self.most = most
    }

    func findings(in workload: Workload) -> [PolicyFinding] {
        workload.containers.filter { !$0.isEphemeral }.flatMap { container in
            most.compactMap { resource, text, quantity in
                let field = ["resources", "limits", resource]
                let limit = container.json["resources"]?["limits"]?[resource]?.scalarText
                guard let limit else {
                    return PolicyFinding(container, field, "a \(resource) limit is expected, at most '\(text)'")
                }
                guard let found = Quantity(limit) else {
                    return PolicyFinding(container, field, "\(resource) limit '\(limit)' is no quantity")
                }
                guard found > quantity else { return nil }
                return PolicyFinding(container, field, "\(resource) limit '\(limit)' is higher than '\(text)'")
            }
        }
    }

    func loosenings(of platform: ContainerLimits) -> [Loosening] {
        most.compactMap { resource, text, quantity in
            guard let bound = platform.most.first(where: { $0.resource == resource }), quantity > bound.quantity
            else { return nil }
            return Loosening(at: [resource], "'\(text)' is more than '\(bound.text)'")
        }
    }

    var conditions: [PolicyCondition] {
        most.map { resource, text, _ in
            let limit = "c.resources.limits.\(resource)"
            let quantity = "quantity(string(\(limit)))"
            return PolicyCondition(
                expression: "variables.running.all(c, has(c.resources) && has(c.resources.limits) && has(\(limit)) && "
                    + "isQuantity(string(\(limit))) && !\(quantity).isGreaterThan(quantity(\(CEL.text(text)))))",
                message: "every container needs a \(resource) limit of at most \(text)"
            )
        }
    }

    static let rego = """
        violation contains otomi.found(c, text) if {
        	some c in otomi.running
        	some resource in ["cpu", "memory"]
        	most := input.parameters[resource]
        	not limit(c, resource)
        	text := concat("", ["a ", resource, " limit is expected, at most '", most, "'"])
        }

        violation contains otomi.found(c, text) if {
        	some c in otomi.running
        	some resource in ["cpu", "memory"]
        	input.parameters[resource]
        	value := limit(c, resource)
        	not quantity(value)
        	text := concat("", [resource, " limit '", value, "' is no quantity"])
        }

        violation contains otomi.found(c, text) if {
        	some c in otomi.running
        	some resource in ["cpu", "memory"]
        	most := input.parameters[resource]
        	value := limit(c, resource)
        	quantity(value) > quantity(most)
        	text := concat("", [resource, " limit '", value, "' is higher than '", most, "'"])
        }

        limit(c, resource) := value if {
        	value := c.resources.limits[resource]
        	is_string(value)
        }

        limit(c, resource) := json.marshal(c.resources.limits[resource]) if is_number(c.resources.limits[resource])

        decimal := {
        	"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "K": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
        }

        binary := {
        	"Ki": 1024, "Mi": 1048576, "Gi": 1073741824, "Ti": 1099511627776, "Pi": 1125899906842624,
        	"Ei": 1152921504606846976,
        }

        # The amount in billionths: its digits with zeros behind them, so that no fraction is ever rounded.
        quantity(value) := billionths if {
        	regex.match("^[0-9]+([.][0-9]+)?(n|u|m|k|K|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][0-9]{1,2})?$", value)
        	number := regex.find_n("^[0-9.]+", value, 1)[0]
        	suffix := trim_prefix(value, number)
        	digits := replace(number, ".", "")
        	count(digits) <= 18
        	fraction := count(trim_prefix(regex.find_n("([.][0-9]+)?$", number, 1)[0], "."))
        	zeros := (9 + exponent(suffix)) - fraction
        	zeros >= 0
        	zeros <= 27
        	padding := substring("000000000000000000000000000", 0, zeros)
        	billionths := to_number(concat("", [digits, padding])) * object.get(binary, suffix, 1)
        }

        exponent(suffix) := decimal[suffix]

        exponent(suffix) := 0 if binary[suffix]

        exponent(suffix) := to_number(trim_left(suffix, "eE")) if regex.match("^[eE][0-9]+$", suffix)
        """
}
