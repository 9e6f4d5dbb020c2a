package import JSON

/// Asks to be let in by a password.
package struct SignInRequest: Hashable, Sendable {
    /// Their name or their address.
    package var name: String
    package var password: String
    /// Whether the session is for the command line, which shows it as a bearer token; otherwise it is a browser's.
    package var isForCommandLine: Bool

    package init(name: String, password: String, isForCommandLine: Bool = false) {
        self.name = name
        self.password = password
        self.isForCommandLine = isForCommandLine
    }
}

extension SignInRequest: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        name = try json.required("name")
        password = try json.required("password")
        isForCommandLine = try json.optional("commandLine") ?? false
    }

    package var json: JSONValue {
        .members(["name": name, "password": password, "commandLine": isForCommandLine ? true : nil])
    }
}

/// Sets one's own password: with a one-time code from an administrator, or with the password that one has.
package struct PasswordChange: Hashable, Sendable {
    package enum Proof: Hashable, Sendable {
        case code(String)
        case current(name: String, password: String)
    }

    package var proof: Proof
    package var password: String

    package init(_ proof: Proof, password: String) {
        self.proof = proof
        self.password = password
    }
}

extension PasswordChange: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        if let code = try json.optional("code", as: String.self) {
            proof = .code(code)
        } else {
            proof = .current(name: try json.required("name"), password: try json.required("currentPassword"))
        }
        password = try json.required("password")
    }

    package var json: JSONValue {
        switch proof {
        case .code(let code): ["code": .string(code), "password": .string(password)]
        case .current(let name, let current):
            ["name": .string(name), "currentPassword": .string(current), "password": .string(password)]
        }
    }
}
