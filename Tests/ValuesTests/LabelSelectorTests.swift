import Testing

@testable import Values

/// Selectors as people type them.
@Suite struct LabelSelectorTests {
    private static let cluster = ClusterIdentity(
        name: "eu1",
        provider: "aws",
        region: "eu-1",
        labels: ["env": "prod", "tier": "gold", "a/b": "x=y"]
    )

    @Test(
        "a selector is understood as it is typed",
        arguments: [
            ("env=prod", true), ("env==prod", true), ("env = prod", true), ("env=dev", false), ("env!=dev", true),
            ("env!=prod", false), ("nothing!=x", true), ("env in (dev, prod)", true), ("env in (dev)", false),
            ("env notin (dev,test)", true), ("nothing notin (x)", true), ("env notin (prod)", false), ("env", true),
            ("!nothing", true), ("!env", false), ("nothing", false),
            ("name=eu1,provider=aws,region in (eu-1,eu-2)", true),
            ("env=prod,tier!=gold", false), ("a/b=x=y", true), ("env=prod,tier in (gold,silver),!canary", true),
        ]
    )
    func understood(text: String, matches: Bool) throws {
        #expect(try LabelSelector(text).matches(Self.cluster) == matches)
    }

    @Test(
        "what is no selector is refused with the part that is not understood",
        arguments: [
            "", ",", "env=prod,", "=x", "env in prod", "env of (a)", "in (a)", "env in ()", "a b", "!", "env (a)",
        ]
    )
    func refused(text: String) {
        let error = #expect(throws: LabelSelector.SyntaxError.self) { try LabelSelector(text) }
        #expect(error?.description.isEmpty == false)
    }

    @Test func `a document's selector is one of equalities`() {
        let selector = LabelSelector(["tier": "gold", "env": "prod"])
        #expect(selector.requirements == [.equals("env", "prod"), .equals("tier", "gold")])
        #expect(selector.matches(Self.cluster))
        #expect(LabelSelector([:]).matches(Self.cluster))
    }

    @Test func `the number of conditions is bounded`() {
        let text = (0...LabelSelector.maximumRequirements).map { "k\($0)" }.joined(separator: ",")
        #expect(throws: LabelSelector.SyntaxError.self) { try LabelSelector(text) }
    }
}
