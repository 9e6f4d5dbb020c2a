import JSON
import Testing

@Suite struct JSONRepresentableTests {
    @Test("reads typed members and leaves out what is not there")
    func members() throws {
        let value: JSONValue = ["name": "a", "count": 3, "tags": ["x"], "none": .null]
        #expect(try value.required("name", as: String.self) == "a")
        #expect(try value.optional("none", as: String.self) == nil)
        #expect(try value.required("tags", as: [String].self) == ["x"])
        #expect(JSONValue.members(["a": 1, "b": nil as String?, "c": ["k": true]]) == ["a": 1, "c": ["k": true]])
    }

    @Test("names the member that is missing or of another type")
    func faults() {
        let value: JSONValue = ["list": [["a", 1]]]
        #expect(throws: JSONError("is required", at: JSONPointer(["name"]))) {
            try value.required("name", as: String.self)
        }
        #expect(throws: JSONError("a string is expected, found integer", at: JSONPointer(["list", "0", "1"]))) {
            try value.required("list", as: [[String]].self)
        }
    }
}
