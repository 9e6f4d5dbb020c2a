import Bundles
import Crypto
import CryptoExtras

/// What is kept of a password: its scrypt key (RFC 7914), with the salt and the parameters that made it.
struct PasswordHash: Sendable {
    /// How much work one key is.
    ///
    /// Memory is about `128 * rounds * blockSize` bytes; time rises with all three.
    struct Parameters: Hashable, Sendable {
        /// The binary logarithm of the number of rounds, N.
        let logRounds: Int
        let blockSize: Int
        let parallelism: Int

        init(logRounds: Int, blockSize: Int, parallelism: Int) {
            self.logRounds = logRounds
            self.blockSize = blockSize
            self.parallelism = parallelism
        }

        /// 64 MiB a key: the second of the equally strong settings of OWASP's password storage cheat sheet.
        static let standard = Parameters(logRounds: 16, blockSize: 8, parallelism: 2)

        /// What a stored text may ask for, so that a damaged row cannot exhaust the hub.
        var isBearable: Bool {
            (1...20).contains(logRounds) && (1...32).contains(blockSize) && (1...16).contains(parallelism)
        }
    }

    let parameters: Parameters
    let salt: [UInt8]
    let key: [UInt8]

    private static let keyLength = 32
    private static let saltLength = 16

    /// The hash of a password under a new salt.
    ///
    /// - Throws: `StoreError.Code.internal` when the library refuses the parameters.
    init(of password: String, _ parameters: Parameters) throws(StoreError) {
        let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) }
        self.init(
            parameters: parameters,
            salt: salt,
            key: try Self.derive(password, salt, parameters).withUnsafeBytes { Array($0) }
        )
    }

    private init(parameters: Parameters, salt: [UInt8], key: [UInt8]) {
        self.parameters = parameters
        self.salt = salt
        self.key = key
    }

    /// One that no password has, but that takes as long to compare with as any.
    static func unmatched(_ parameters: Parameters) -> PasswordHash {
        PasswordHash(
            parameters: parameters,
            salt: [UInt8](repeating: 0, count: saltLength),
            key: SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        )
    }

    /// Whether it is the hash of that password; takes as long whatever the answer is.
    ///
    /// - Throws: `StoreError.Code.internal` when the library refuses the parameters.
    func matches(_ password: String) throws(StoreError) -> Bool {
        try Self.derive(password, salt, parameters) == SymmetricKey(data: key)
    }

    static func derive(
        _ password: String,
        _ salt: [UInt8],
        _ parameters: Parameters
    ) throws(StoreError) -> SymmetricKey {
        // The library takes no empty input, and nobody has an empty password.
        guard !password.isEmpty else { return SymmetricKey(size: .bits256) }
        do {
            return try KDF.Scrypt.deriveKey(
                from: Array(password.utf8),
                salt: salt,
                outputByteCount: keyLength,
                rounds: 1 << parameters.logRounds,
                blockSize: parameters.blockSize,
                parallelism: parameters.parallelism
            )
        } catch {
            throw StoreError(.internal, "scrypt refused its parameters: \(error)")
        }
    }

    // MARK: - Stored text

    /// In the form of the PHC string format, salt and key in hexadecimal: `$scrypt$ln=16,r=8,p=2$salt$key`.
    var text: String {
        let work = "ln=\(parameters.logRounds),r=\(parameters.blockSize),p=\(parameters.parallelism)"
        return "$scrypt$\(work)$\(Hexadecimal.encode(salt))$\(Hexadecimal.encode(key))"
    }

    /// Reads the stored form; `nil` for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "scrypt", let parameters = Self.parameters(parts[2]),
            let salt = Hexadecimal.decode(String(parts[3])), salt.count == Self.saltLength,
            let key = Hexadecimal.decode(String(parts[4])), key.count == Self.keyLength
        else { return nil }
        self.init(parameters: parameters, salt: salt, key: key)
    }

    private static func parameters(_ text: Substring) -> Parameters? {
        let numbers = text.split(separator: ",").map { $0.split(separator: "=", maxSplits: 1) }
        guard numbers.map(\.count) == [2, 2, 2], numbers.map({ $0[0] }) == ["ln", "r", "p"],
            let logRounds = Int(numbers[0][1]), let blockSize = Int(numbers[1][1]), let parallelism = Int(numbers[2][1])
        else { return nil }
        let parameters = Parameters(logRounds: logRounds, blockSize: blockSize, parallelism: parallelism)
        return parameters.isBearable ? parameters : nil
    }
}
