import Glibc
import HubStore
import HubTLS
import Postgres

/// What a person is told when the hub does not start: one line with the next step.
enum StartFailure {
    static func describe(_ error: any Error, listen: ListenAddress) -> String {
        switch error {
        case let error as DataDirectory.Unusable: error.description
        case let error as TLSFailure: "\(error.description); look at --tls-cert and --tls-key"
        case let error as SelfMadeCertificate.Unreadable: error.description
        case let error as PostgresError: error.message
        case let error as StoreError: error.message
        default:
            if isAddressInUse(error) {
                "the address \(listen) is in use; stop what listens there, or choose another --listen"
            } else {
                String(describing: error)
            }
        }
    }

    static func write(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }

    /// NIO reports the failed `bind` as an error that only its text tells apart here.
    private static func isAddressInUse(_ error: any Error) -> Bool {
        String(describing: error).contains("errno: \(EADDRINUSE)")
    }
}
