/// How a layer's bytes are to be read.
package enum LayerMediaType: String, Sendable, Hashable, CaseIterable {
    /// One JSON object on each line.
    case plain = "application/vnd.otomi.layer.v1+jsonl"
    /// The same, sealed to one cluster by HPKE.
    case sealed = "application/vnd.otomi.layer.v1+jsonl+hpke"
}
