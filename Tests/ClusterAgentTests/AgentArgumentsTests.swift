import AgentWorldSupport
import Testing

@testable import ClusterAgent

@Suite struct AgentArgumentsTests {
    private static let needed = ["run", "--hub", "http://hub:1", "--state-dir", "/s"]

    private func parse(
        _ words: [String],
        _ environment: [String: String] = [:]
    ) throws(AgentArguments.Fault) -> AgentArguments {
        try AgentArguments(words, environment: environment) { $0 == "/token" ? "secret\n" : nil }
    }

    @Test("a whole command line is read") func whole() throws {
        let arguments = try parse(
            Self.needed + ["--token=t", "--kubeconfig", "/k", "--context", "c", "--log-level", "debug"]
        )
        #expect(arguments.command == .run)
        #expect(arguments.hub == "http://hub:1")
        #expect(arguments.token == "t")
        #expect(arguments.stateDirectory == "/s")
        #expect(arguments.kubeconfig == "/k")
        #expect(arguments.context == "c")
    }

    @Test("the token comes from the flag, the file or the environment, in this order") func token() throws {
        let environment = ["OTOMI_TOKEN": "fromEnvironment"]
        #expect(try parse(Self.needed, environment).token == "fromEnvironment")
        #expect(try parse(Self.needed + ["--token-file", "/token"], environment).token == "secret")
        #expect(try parse(Self.needed + ["--token", "flag", "--token-file", "/token"], environment).token == "flag")
        #expect(try parse(Self.needed).token == nil)
    }

    @Test("a token file that is gone is no fault, since an enrolled agent needs none") func noTokenFile() throws {
        #expect(try parse(Self.needed + ["--token-file", "/no"]).token == nil)
    }

    @Test("the hub's certificates come from a file of their own") func hubAuthorities() throws {
        #expect(try parse(Self.needed + ["--hub-ca", "/ca.crt"]).hubAuthorities == "/ca.crt")
    }

    @Test(
        "what is wrong is named",
        arguments: [
            ([], "a command is missing"),
            (["walk"], "'walk' is unknown"),
            (["run"], "--hub URL is missing"),
            (["run", "--hub", "hub:1", "--state-dir", "/s"], "is no URL"),
            (["run", "--hub", "http://h"], "--state-dir DIR is missing"),
            (["run", "--hub"], "--hub needs a value"),
            (["run", "--speed", "9"], "--speed is unknown"),
            (
                ["run", "--hub", "http://h", "--state-dir", "/s", "--listen", "here"],
                "--listen 'here' is no ADDRESS:PORT"
            ),
            (["run", "--hub", "http://h", "--state-dir", "/s", "--output", "xml"], "'xml' is neither text nor json"),
            (["run", "again"], "'again' is one word too many"),
            (["run", "--hub", "http://a", "--hub", "http://b"], "given twice"),
        ] as [([String], String)]
    ) func faults(words: [String], expected: String) {
        let fault = #expect(throws: AgentArguments.Fault.self) { try parse(words) }
        #expect(fault?.description.contains(expected) == true)
    }

    @Test("metrics and probes are served in a pod, and elsewhere where one says") func listen() throws {
        let pod = ["KUBERNETES_SERVICE_HOST": "10.0.0.1"]
        #expect(try parse(Self.needed).listen == nil)
        #expect(try parse(Self.needed, pod).listen?.description == "0.0.0.0:9464")
        #expect(try parse(Self.needed + ["--listen", "off"], pod).listen == nil)
        #expect(try parse(Self.needed + ["--listen", "[::1]:80"]).listen?.description == "[::1]:80")
        #expect(try parse(Self.needed + ["--listen", ":81"]).listen?.description == "0.0.0.0:81")
    }

    @Test("a diagnosis is printed as text unless JSON is asked for") func output() throws {
        #expect(try parse(["diagnose"] + Self.needed.dropFirst()).output == .text)
        #expect(try parse(["diagnose", "--output=json"] + Self.needed.dropFirst()).output == .json)
    }

    @Test("version and help need nothing else") func simple() throws {
        #expect(try parse(["--version"]).command == .version)
        #expect(try parse(["run", "--help"]).command == .help)
    }

    @Test("slashes at the end of the hub's URL do not count") func slashes() throws {
        #expect(try parse(["run", "--hub", "https://h/x//", "--state-dir", "/s"]).hub == "https://h/x")
    }
}
