package import JSON

/// The states of all objects of some buckets, for a hub that asked for them.
package struct ObjectsReport: Hashable, Sendable, JSONRepresentable {
    /// One bucket, whole.
    package struct Bucket: Hashable, Sendable, JSONRepresentable {
        package let number: Int
        /// What it hashes to with these objects.
        package let hash: UInt64
        package let objects: [ObjectState]

        package init(number: Int, hash: UInt64, objects: [ObjectState]) {
            self.number = number
            self.hash = hash
            self.objects = objects
        }

        /// Reads the JSON form.
        ///
        /// - Throws: `JSONError` for a number that no bucket has, or an object that belongs to another bucket.
        package init(json: JSONValue) throws(JSONError) {
            number = try json.required("bucket")
            guard (0..<BucketHashes.count).contains(number) else {
                throw JSONError("there is no such bucket", at: JSONPointer(["bucket"]))
            }
            guard let hash = UInt64(try json.required("hash", as: String.self), radix: 16) else {
                throw JSONError("a hash in hexadecimal is expected", at: JSONPointer(["hash"]))
            }
            self.hash = hash
            objects = try json.required("objects")
            guard objects.allSatisfy({ [number] in $0.bucket == number }) else {
                throw JSONError("an object belongs to another bucket", at: JSONPointer(["objects"]))
            }
        }

        package var json: JSONValue {
            .members(["bucket": number, "hash": String(hash, radix: 16), "objects": objects])
        }

        /// About how many bytes its JSON has, and rather more.
        package var approximateLength: Int { objects.reduce(64) { $0 + $1.approximateLength } }

        /// `buckets`, where they are within the bound and each is there once.
        ///
        /// - Throws: `JSONError` at `buckets` where they are not.
        static func list(_ buckets: [Bucket], atMost maximum: Int) throws(JSONError) -> [Bucket] {
            guard buckets.count <= maximum, Set(buckets.map(\.number)).count == buckets.count else {
                throw JSONError(
                    "at most \(maximum) buckets are expected, each once",
                    at: JSONPointer(["buckets"])
                )
            }
            return buckets
        }
    }

    /// How many buckets are asked for, and sent, at once.
    package static let maximumBuckets = 32
    /// How long the JSON of the buckets of one message may be; a single bucket that is longer travels alone.
    package static let maximumBytes = 256 << 10

    /// The boot of the agent; the buckets of an earlier one are not taken.
    package let bootID: String
    package let buckets: [Bucket]

    package init(bootID: String, buckets: [Bucket]) {
        self.bootID = bootID
        self.buckets = buckets
    }

    /// Reads the JSON form.
    ///
    /// - Throws: `JSONError` naming the member that is missing or beyond its bound.
    package init(json: JSONValue) throws(JSONError) {
        bootID = try json.required("bootID")
        buckets = try Bucket.list(json.required("buckets"), atMost: Self.maximumBuckets)
    }

    package var json: JSONValue { .members(["bootID": bootID, "buckets": buckets]) }
}
