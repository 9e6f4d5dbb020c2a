extension Report {
    /// How long the JSON of the buckets that one report carries may be altogether, in bytes; the hub asks for the others.
    package static let maximumBucketBytes = 192 << 10

    /// The numbers of the buckets that this whole report hashes otherwise than `acknowledged`, the last one that the hub took.
    ///
    /// None where one of the two does not say, or is of another boot.
    package func changedBuckets(since acknowledged: Report) -> [Int] {
        guard acknowledged.bootID == bootID, let new = objects?.hashes, let old = acknowledged.objects?.hashes,
            new.count == old.count
        else { return [] }
        return new.indices.filter { new[$0] != old[$0] }
    }

    /// The report with those of `changed` that fit, in their order; one that is too long leaves its place to the next.
    package func carrying(_ changed: [ObjectsReport.Bucket]) -> Report {
        var rest = Self.maximumBucketBytes
        var copy = self
        copy.buckets = changed.filter { bucket in
            let length = bucket.approximateLength
            guard length <= rest else { return false }
            rest -= length
            return true
        }
        return copy
    }
}
