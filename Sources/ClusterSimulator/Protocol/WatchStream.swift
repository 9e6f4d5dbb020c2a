/// The events of one watch, each a line of JSON, in the order of their resource versions.
///
/// The stream holds a bounded number of events; a reader that falls further behind loses the watch, as on a real server.
package struct WatchStream: Sendable {
    package let events: AsyncStream<[UInt8]>
    /// How long the watch may last, as asked for by the client.
    package let timeoutSeconds: Int?
    let identifier: Int

    /// How many events may wait for their reader.
    package static let capacity = 4096
}
