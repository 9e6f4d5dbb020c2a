import JSON

/// Structural schemas of parameters that several policies take.
enum ParameterSchema {
    static let texts: JSONValue = ["type": "array", "items": ["type": "string"]]

    /// Every constraint has them beside its own parameters.
    static let exemptions: JSONValue = [
        "type": "array",
        "items": [
            "type": "object",
            "properties": [
                "namespace": ["type": "string"], "kind": ["type": "string"], "name": ["type": "string"],
                "container": ["type": "string"], "reason": ["type": "string"], "until": ["type": "string"],
            ],
        ],
    ]
}
