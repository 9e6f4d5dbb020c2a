import JSON
import Testing

@testable import ClusterSimulator

@Suite struct FieldSetTests {
    @Test("fieldsV1 reads back as it was written")
    func roundTrip() throws {
        let json: JSONValue = [
            "f:spec": [
                "f:containers": ["k:{\"name\":\"web\"}": [".": [:], "f:image": [:]]], "f:finalizers": ["v:\"a\"": [:]],
            ]
        ]
        #expect(FieldSet(fieldsV1: json).fieldsV1 == json)
    }

    @Test("paths read as in the messages of the API server")
    func text() {
        #expect(
            FieldSet.text(["f:spec", "f:containers", "k:{\"name\":\"web\"}", "f:image"])
                == ".spec.containers[name=\"web\"].image"
        )
        #expect(FieldSet.text(["f:metadata", "f:finalizers", "v:\"a\""]) == ".metadata.finalizers[=\"a\"]")
    }
}
