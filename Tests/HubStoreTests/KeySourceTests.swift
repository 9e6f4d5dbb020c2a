import Bundles
import Foundation
import HubStore
import Postgres
import PostgresTestSupport
import Testing

/// Where the key-encryption key comes from.
@Suite struct KeySourceTests {
    /// Keeps keys as a key management service would: it alone knows that it turns bytes around.
    private static let service = """
        #!/bin/sh
        test "$#" = 1 || { echo "wrap or unwrap is expected" >&2; exit 2; }
        read -r line
        echo "$1" >> "$(dirname "$0")/calls"
        env >> "$(dirname "$0")/environment"
        tr '\\0' ' ' < /proc/$$/cmdline >> "$(dirname "$0")/arguments"
        case "$1" in wrap|unwrap) echo "$line" | base64 -d | tr '\\000-\\377' '\\200-\\377\\000-\\177' | base64 -w0 ;; *) exit 3 ;; esac
        """

    private func with(
        script: String,
        _ body: (_ command: String, _ folder: String) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory(prefix: "otomi-test-kms")
        defer { directory.remove() }
        let file = "\(directory.path)/kms"
        try script.write(toFile: file, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
        try await body(file, directory.path)
    }

    @Test func `a command wraps and unwraps, and sees the key on its standard input only`() async throws {
        try await with(script: Self.service) { command, folder in
            try await TestDatabase.with { database in
                let key = KeyEncryptionKey(command: try KeyCommand(command))
                _ = try await HubStore.open(pool: database.pool, keyEncryptionKey: key)
                _ = try await HubStore.open(pool: database.pool, keyEncryptionKey: key)
                let calls = try String(contentsOfFile: "\(folder)/calls", encoding: .utf8)
                #expect(calls == "wrap\nunwrap\nunwrap\nunwrap\n", "what is wrapped is proved to open")
                let wrapped: [UInt8] = try await database.pool.query("SELECT wrapped FROM data_keys")[0].get(0)
                let plain = Base64.encode(wrapped.map { $0 &+ 128 })
                for file in ["environment", "arguments"] {
                    let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
                    #expect(!text.contains(plain) && !text.contains("OTOMI_"))
                }
            }
        }
    }

    @Test(arguments: [
        ("exit 4", "status 4"), ("echo 'no: such key' >&2; exit 1", "no: such key"),
        ("echo 'not base64 at all'", "base64"),
        ("yes | head -c 40000", "more than"), ("cat >&2; exit 1", "left out"), ("sleep 60", "did not answer"),
    ])
    func `a command that fails is named with what it did and what to do`(script: String, reason: String) async throws {
        try await with(script: "#!/bin/sh\n\(script)\n") { command, _ in
            try await TestDatabase.with { database in
                let key = KeyEncryptionKey(
                    command: try KeyCommand(
                        command,
                        timeout: script.hasPrefix("sleep") ? .milliseconds(300) : .seconds(20)
                    )
                )
                let error = await #expect(throws: StoreError.self) {
                    _ = try await HubStore.changeKeyEncryptionKey(
                        in: await Self.opened(database.pool),
                        from: try KeyEncryptionKey(bytes: Array(repeating: 7, count: 32)),
                        to: key
                    )
                }
                #expect(error?.code == .keyUnavailable)
                #expect(error?.message.contains(command) == true)
                #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
                #expect(error?.message.contains("run it by hand") == true)
            }
        }
    }

    @Test func `a key that does not unwrap what it wrapped is never stored`() async throws {
        // It unwraps to 32 bytes all right, but not to those that it was given.
        let script = """
            #!/bin/sh
            test "$1" = wrap && { cat; exit; }
            head -c 32 /dev/zero | base64 -w0
            """
        try await with(script: script) { command, _ in
            let wrong = KeyEncryptionKey(command: try KeyCommand(command))
            let right = try KeyEncryptionKey(bytes: Array(repeating: 7, count: 32))
            try await TestDatabase.with { database in
                let first = await #expect(throws: StoreError.self) {
                    _ = try await HubStore.open(pool: database.pool, keyEncryptionKey: wrong)
                }
                #expect(first?.code == .undecipherable)
                #expect(first?.message.contains("--kms-command") == true)
                let store = try await HubStore.open(pool: database.pool, keyEncryptionKey: right)
                let change = await #expect(throws: StoreError.self) {
                    _ = try await HubStore.changeKeyEncryptionKey(in: database.pool, from: right, to: wrong)
                }
                #expect(change?.code == .undecipherable)
                try await store.rotateDataKey()
                _ = try await HubStore.open(pool: database.pool, keyEncryptionKey: right)
            }
        }
    }

    @Test func `a command that complains at length does not hold the hub up`() async throws {
        let script = """
            #!/bin/sh
            head -c 300000 /dev/zero | tr '\\0' 'x' >&2
            base64 -d | base64 -w0
            """
        try await with(script: script) { command, _ in
            try await TestDatabase.with { database in
                let key = KeyEncryptionKey(command: try KeyCommand(command))
                _ = try await HubStore.open(pool: database.pool, keyEncryptionKey: key)
            }
        }
    }

    /// The pool of a database that has a data key.
    private static func opened(_ pool: PostgresPool) async throws -> PostgresPool {
        _ = try await HubStore.open(
            pool: pool,
            keyEncryptionKey: try KeyEncryptionKey(bytes: Array(repeating: 7, count: 32))
        )
        return pool
    }

    @Test func `a command that answers late is waited for at the start`() async throws {
        let script = """
            #!/bin/sh
            test -e "$(dirname "$0")/ready" || { touch "$(dirname "$0")/ready"; exit 1; }
            base64 -d | base64 -w0
            """
        try await with(script: script) { command, _ in
            try await TestDatabase.with { database in
                let key = KeyEncryptionKey(command: try KeyCommand(command))
                _ = try await HubStore.open(pool: database.pool, keyEncryptionKey: key)
            }
        }
    }

    @Test func `a variable is the base64 of 32 bytes, and is never repeated`() throws {
        _ = try KeyEncryptionKey(base64: Base64.encode(Array(repeating: 1, count: 32)), named: "OTOMI_SECRETS_KEY")
        for text in ["", "canary", Base64.encode(Array(repeating: 1, count: 31))] {
            let error = #expect(throws: StoreError.self) {
                try KeyEncryptionKey(base64: text, named: "OTOMI_SECRETS_KEY")
            }
            #expect(error?.message.contains("OTOMI_SECRETS_KEY") == true)
            #expect(text.isEmpty || error?.message.contains(text) == false)
        }
        #expect(throws: StoreError.self) { try KeyCommand("  ") }
    }
}
