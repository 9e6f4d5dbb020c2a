package import JSON

/// What a device is told when it asks to be let in (RFC 8628, section 3.2).
package struct DeviceAuthorization: Hashable, Sendable {
    /// What the device asks with; never shown.
    package var deviceCode: String
    /// What the person compares or types.
    package var userCode: String
    /// Where the person goes.
    package var verificationURI: String
    /// The same with the code in it.
    package var verificationURIComplete: String
    /// How long both codes count, in seconds.
    package var expiresIn: Int64
    /// How long the device waits between two questions, in seconds.
    package var interval: Int64

    package init(
        deviceCode: String,
        userCode: String,
        verificationURI: String,
        verificationURIComplete: String,
        expiresIn: Int64,
        interval: Int64
    ) {
        self.deviceCode = deviceCode
        self.userCode = userCode
        self.verificationURI = verificationURI
        self.verificationURIComplete = verificationURIComplete
        self.expiresIn = expiresIn
        self.interval = interval
    }
}

extension DeviceAuthorization: JSONRepresentable {
    package init(json: JSONValue) throws(JSONError) {
        deviceCode = try json.required("device_code")
        userCode = try json.required("user_code")
        verificationURI = try json.required("verification_uri")
        verificationURIComplete = try json.optional("verification_uri_complete") ?? verificationURI
        expiresIn = try json.required("expires_in")
        // Section 3.2: five seconds where the server says nothing.
        interval = try json.optional("interval") ?? 5
    }

    package var json: JSONValue {
        .members([
            "device_code": deviceCode, "user_code": userCode, "verification_uri": verificationURI,
            "verification_uri_complete": verificationURIComplete, "expires_in": expiresIn, "interval": interval,
        ])
    }
}
