package import HTTPTypes
package import HubAPI
package import JSON
package import Testing

/// What a hub answered.
package struct HubAnswer: Sendable {
    package let status: Int
    package let headers: HTTPFields
    package let bytes: [UInt8]

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The answer to a request that succeeded.
    package func message<Message: JSONRepresentable>(
        _ type: Message.Type = Message.self,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Message {
        try #require((200..<300).contains(status), "\(status): \(text)", sourceLocation: sourceLocation)
        #expect(headers[.contentType] == "application/json", sourceLocation: sourceLocation)
        return try Message(json: JSONValue(parsing: bytes))
    }

    /// The problem document of a request that failed as `kind`.
    @discardableResult
    package func problem(_ kind: ProblemKind, sourceLocation: SourceLocation = #_sourceLocation) throws -> Problem {
        try #require(status == kind.status, "\(status): \(text)", sourceLocation: sourceLocation)
        #expect(headers[.contentType] == Problem.mediaType, sourceLocation: sourceLocation)
        let problem = try Problem(json: JSONValue(parsing: bytes))
        #expect(problem.kind == kind, sourceLocation: sourceLocation)
        #expect(problem.status == status, sourceLocation: sourceLocation)
        #expect(!problem.detail.isEmpty, sourceLocation: sourceLocation)
        return problem
    }
}
