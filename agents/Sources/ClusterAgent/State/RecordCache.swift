import JSON
package import Kubernetes

/// The records of applied objects as a file: what makes a restart cost no request for an object nobody touched.
///
/// It is a cache: when it is lost, everything is applied once more, which changes nothing on the cluster.
package enum RecordCache {
    package static let file = "records"

    /// The file's text; objects that are not applied are left out, since they are sent again anyway.
    package static func encode(_ records: [ObjectKey: ObjectRecord]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(records.count * 160)
        for (key, record) in records {
            guard record.state == .applied, let applied = record.applied?.json.stringValue else { continue }
            let fields = [
                record.apiVersion, key.kind, key.namespace ?? "", key.name, applied, record.uid, record.resourceVersion,
                String(record.ownedFields, radix: 16), record.health == .ready ? "ready" : "",
            ]
            bytes += fields.joined(separator: " ").utf8
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }

    /// Reads the file's text; lines of another form are left out.
    package static func decode(_ bytes: [UInt8]) -> [ObjectKey: ObjectRecord] {
        var records: [ObjectKey: ObjectRecord] = [:]
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map {
                String(decoding: $0, as: UTF8.self)
            }
            guard parts.count == 9, let applied = try? Fingerprint(json: .string(parts[4])),
                let ownedFields = UInt64(parts[7], radix: 16)
            else { continue }
            let key = ObjectKey(
                group: parts[0].contains("/") ? String(parts[0].prefix { $0 != "/" }) : "",
                kind: parts[1],
                namespace: parts[2].isEmpty ? nil : parts[2],
                name: parts[3]
            )
            var record = ObjectRecord(apiVersion: parts[0], state: .applied)
            record.applied = applied
            record.uid = parts[5]
            record.resourceVersion = parts[6]
            record.ownedFields = ownedFields
            record.health = parts[8] == "ready" ? .ready : .unknown
            records[key] = record
        }
        return records
    }
}
