import Values
import Concurrency
import Postgres

extension HubStore {
    /// How long a device's codes count.
    package static let deviceCodeLifetime: Duration = .seconds(600)
    /// How long a device waits between two questions, in seconds.
    package static let deviceInterval: Int64 = 5

    /// What a question that came too soon adds to the interval (RFC 8628, section 3.5), and how far it grows.
    private static let slowDown: Int64 = 5
    private static let longestInterval: Int64 = 60
    /// How many devices ask at once; beyond, the oldest make room.
    private static let maximumDeviceCodes = 10_000

    /// Notes that a device asks to be let in.
    ///
    /// - Returns: what it asks with, which is told here and never again; `nil` when the user code is another device's.
    /// - Throws: `StoreError`.
    package func requestDevice(userCode: String, client: String, from origin: SignInOrigin) async throws -> String? {
        let now = clock()
        let code = Self.makeToken()
        let isNew = try await write(
            "store.device.request",
            "the device's request was not noted",
            audit: .notAudited("nobody is let in yet")
        ) { connection in
            try connection.query("DELETE FROM device_codes WHERE expires_at <= \(now)")
            try connection.query(
                """
                DELETE FROM device_codes WHERE code_hash IN (
                    SELECT code_hash FROM device_codes ORDER BY expires_at DESC OFFSET \(Self.maximumDeviceCodes - 1)
                )
                """
            )
            return try connection.query(
                """
                INSERT INTO device_codes (code_hash, user_code, client, address, requested_at, expires_at,
                    interval_seconds)
                VALUES (\(Self.hash(code)), \(userCode), \(client), \(origin.address), \(now),
                    \(now + Self.deviceCodeLifetime), \(Self.deviceInterval))
                ON CONFLICT (user_code) DO NOTHING
                """
            ).affected == 1
        }
        return isNew ? code : nil
    }

    /// The device that a person's code belongs to; `nil` when there is none or its time is up.
    ///
    /// - Throws: `StoreError`.
    package func device(userCode: String) async throws -> DeviceRequest? {
        let now = clock()
        return try await read("the device cannot be looked up") { connection in
            try connection.query(
                """
                SELECT client, address, requested_at, decision IS NOT NULL AS is_decided FROM device_codes
                WHERE user_code = \(userCode) AND expires_at > \(now)
                """
            ).first.map { row in
                DeviceRequest(
                    client: try row.get("client"),
                    address: try row.get("address"),
                    requestedAt: try row.get("requested_at"),
                    isDecided: try row.get("is_decided")
                )
            }
        }
    }

    /// Lets a device in as a person, or keeps it out; what was decided stays so.
    ///
    /// - Returns: whether there was something to decide.
    /// - Throws: `StoreError`.
    package func decideDevice(userCode: String, letIn: Bool, personID: String) async throws -> Bool {
        let now = clock()
        let decider = try await write(
            "store.device.decide",
            "the device was not decided on",
            audit: AuditPlan<String?> { name in
                guard let name else { return [] }
                let detail = letIn ? "lets a device in" : "keeps a device out"
                return [AuditEntry(.changeOwnAccount, "person \(name)", detail: detail)]
            }
        ) { connection in
            try connection.query(
                """
                UPDATE device_codes SET decision = \(letIn ? "approved" : "denied"), person_id = \(personID)
                WHERE user_code = \(userCode) AND expires_at > \(now) AND decision IS NULL
                RETURNING (SELECT p.name FROM people p WHERE p.id = \(personID))
                """
            ).first?.get(0, as: String.self)
        }
        return decider != nil
    }

    /// Answers a device that asks whether it was let in; a code that was answered for good is gone.
    ///
    /// - Throws: `StoreError`.
    package func redeemDevice(code: String, from origin: SignInOrigin) async throws -> DeviceAnswer {
        let now = clock()
        let hash = Self.hash(code)
        return try await write(
            "store.device.redeem",
            "the device was not let in",
            audit: .notAudited("follows from the person's decision")
        ) { connection in
            let found = try connection.query(
                """
                SELECT client, expires_at, interval_seconds, polled_at, decision, person_id FROM device_codes
                WHERE code_hash = \(hash) FOR UPDATE
                """
            )
            guard let row = found.first else { return .unknown }
            let client: String = try row.get("client")
            let decision: String? = try row.get("decision")
            let isOver = try row.get("expires_at", as: UnixTime.self) <= now
            if !isOver, decision == nil { return try notePoll(row, hash, now, on: connection) }
            try connection.query("DELETE FROM device_codes WHERE code_hash = \(hash)")
            guard !isOver else { return .expired }
            guard decision == "approved", let person: String = try row.get("person_id") else { return .denied }
            do {
                return .letIn(try beginFamily(of: person, client, origin, on: connection))
            } catch let error as StoreError {
                // The person was disabled after they let the device in.
                guard error.code == .notFound else { throw error }
                return .denied
            }
        }
    }

    private func notePoll(
        _ row: PostgresRow,
        _ hash: [UInt8],
        _ now: UnixTime,
        on connection: isolated PostgresConnection
    ) throws -> DeviceAnswer {
        let interval: Int64 = try row.get("interval_seconds")
        let last: UnixTime? = try row.get("polled_at")
        let isTooSoon = last.map { now < $0 + .seconds(interval) } ?? false
        let next = isTooSoon ? min(interval + Self.slowDown, Self.longestInterval) : interval
        try connection.query(
            "UPDATE device_codes SET polled_at = \(now), interval_seconds = \(next) WHERE code_hash = \(hash)"
        )
        return isTooSoon ? .tooSoon : .pending
    }
}
