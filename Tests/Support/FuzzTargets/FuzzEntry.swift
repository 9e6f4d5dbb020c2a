#if OTOMI_FUZZ
import Glibc

/// What libFuzzer calls for each input; `OTOMI_FUZZ_TARGET` names the reader.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do throws(BrokenPromise) {
        try target.check(Array(UnsafeBufferPointer(start: data, count: count)))
    } catch {
        // libFuzzer keeps the input of a process that ends so.
        fatalError(error.description)
    }
    return 0
}

private let target: FuzzTarget = {
    let name = getenv("OTOMI_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else { fatalError("OTOMI_FUZZ_TARGET names no target: '\(name)'") }
    return target
}()
#endif
