import Glibc
import OtomiCommands

@main
enum Otomi {
    static func main() async {
        let status = await OtomiCommand.run(Array(CommandLine.arguments.dropFirst()), in: .process())
        exit(status.rawValue)
    }
}
