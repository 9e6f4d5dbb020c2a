import JSON
import Testing

@testable import OtomiCommands

@Suite struct ArgumentTests {
    @Test(
        "wrong usage is exit code 2 and says what is expected on standard error",
        arguments: [
            ["nonsense"], ["cluster", "add"],
            ["cluster", "add", "eu", "--provider", "aws", "--region", "r", "--label", "x"],
            ["cluster", "add", "eu", "--provider", "aws", "--region", "r", "-l", "a=1", "-l", "a=2"],
            ["wait"], ["wait", "--all", "--cluster", "eu"], ["wait", "--all", "--timeout", "soon"],
            ["apply", "-f", "x.yaml"], ["delete", "service", "hello"], ["get", "pod"], ["get", "--scope", "moon"],
            ["cluster", "list", "-o", "xml"], ["history", "--limit", "0"], ["schema"],
        ]
    )
    func usage(_ arguments: [String]) async {
        let outcome = await otomi(arguments)
        #expect(outcome.status == .usage)
        #expect(outcome.output.isEmpty)
        #expect(outcome.error.contains("Usage: otomi"))
    }

    @Test("help, version and completion scripts go to standard output and are no error")
    func help() async {
        let help = await otomi("--help")
        #expect(help.status == .success)
        #expect(help.output.contains("cluster") && help.output.contains("Exit codes"))
        let nested = await otomi("help", "cluster", "add")
        #expect(nested.status == .success)
        #expect(nested.output.contains("--provider"))
        let version = await otomi("--version")
        #expect(version.output == "\(OtomiCommand.version)\n")
        for shell in ["bash", "zsh", "fish"] {
            let script = await otomi("completion", shell)
            #expect(script.status == .success)
            #expect(script.output.contains("otomi"))
            #expect(await otomi("--generate-completion-script", shell).output == script.output)
        }
    }

    @Test("a flag wins over the environment")
    func flagsWin() async {
        let hub = FakeHub(["GET /api/v1/clusters": [.json(["items": []])]])
        _ = await otomi("cluster", "list", hub: hub)
        _ = await otomi("cluster", "list", "--token", "other", hub: hub)
        _ = await otomi("--token=first", "--hub", "http://hub.test", "cluster", "list", hub: hub)
        #expect(hub.requests.map(\.authorization) == ["Bearer secret", "Bearer other", "Bearer first"])
        #expect(await otomi("--hub").status == .usage)
    }

    @Test("without a hub, or with a malformed address, one line says what to set")
    func noHub() async {
        let nothing = await otomi("status", environment: [:])
        #expect(nothing.status == .usage)
        #expect(nothing.error.hasPrefix("otomi: no hub is named. Sign in with otomi login HUB, or set OTOMI_HUB"))
        let malformed = await otomi("status", "--hub", "hub.test")
        #expect(malformed.status == .usage)
        #expect(malformed.error.split(separator: "\n").count == 1)
    }
}
