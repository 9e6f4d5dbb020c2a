import HubAPI
import Hummingbird
import JSON

extension Request {
    /// Reads the body as one JSON message; `mending` may change what was read before it is understood.
    ///
    /// - Throws: `Problem` when the body is longer than `limit` bytes, no JSON, or not such a message.
    func message<Message: JSONRepresentable>(
        _ type: Message.Type = Message.self,
        limit: Int = BodyLimits.message,
        mending mend: (_ body: [UInt8], JSONValue) -> JSONValue = { $1 }
    ) async throws -> Message {
        let body = try await bytes(limit: limit)
        do {
            return try Message(json: mend(body, JSONValue(parsing: body)))
        } catch {
            throw Problem(
                .badRequest,
                detail: "The body is not the JSON that \(uri.path) expects: \(error)."
            )
        }
    }

    /// Reads the body whole.
    ///
    /// `sender`: whose body it is, where more is known than the address.
    ///
    /// - Throws: `Problem` when it has more than `limit` bytes, `AdmissionGate.Postponement` when too many bodies of
    ///   its sender are waited for already.
    func bytes(limit: Int, from sender: [UInt8]? = nil) async throws -> [UInt8] {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw Self.tooLarge(limit) }
        let permit = AdmissionPermit.current
        let received = try permit?.beginReceiving(from: sender)
        defer { if let received { permit?.endReceiving(from: received) } }
        do {
            return Array(buffer: try await body.collect(upTo: limit))
        } catch let error as HTTPError where error.status == .contentTooLarge {
            throw Self.tooLarge(limit)
        }
    }

    private static func tooLarge(_ limit: Int) -> Problem {
        Problem(
            .tooLarge,
            detail: "The body is longer than \(limit) bytes.",
            hint: "Send the documents in several commits."
        )
    }

    /// The value of a query item; `nil` when it is absent or empty.
    func query(_ name: String) -> String? {
        uri.queryParameters[name[...]].map(String.init).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The value of a numeric query item.
    ///
    /// - Throws: `Problem` when it is there but no number from 0 to `maximum`.
    func number(_ name: String, maximum: Int64 = .max) throws -> Int64? {
        guard let text = query(name) else { return nil }
        guard let number = Int64(text), (0...maximum).contains(number) else {
            throw Problem(.badRequest, detail: "The query item '\(name)' must be a number from 0 to \(maximum).")
        }
        return number
    }
}
