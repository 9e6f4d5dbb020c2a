import Concurrency
import Testing

@testable import HubHTTP

@Suite struct ConnectionCensusTests {
    private static func address(_ text: String) -> IPAddress? { IPAddress(text) }

    @Test func `one address has so many connections, and gets another one when it closed one`() {
        let census = ConnectionCensus(maximum: 100, perAddress: 3)
        let (one, other) = (Self.address("10.0.0.1"), Self.address("10.0.0.2"))
        for _ in 0..<3 { #expect(census.admit(one) == nil) }
        #expect(census.admit(one) == .address)
        #expect(census.admit(other) == nil)
        census.leave(one)
        #expect(census.admit(one) == nil)
        #expect(census.total == 4)
    }

    @Test func `a trusted proxy has as many as it needs`() {
        let proxy = Self.address("10.0.0.9")
        let census = ConnectionCensus(maximum: 100, perAddress: 3, isExempt: { $0 == proxy })
        for _ in 0..<50 { #expect(census.admit(proxy) == nil) }
    }

    @Test func `addresses of one subscriber's IPv6 network have the connections of one address`() {
        let proxy = Self.address("2001:db8:0:1::9")
        let census = ConnectionCensus(maximum: 10, perAddress: 3, isExempt: { $0 == proxy })
        for _ in 0..<3 { #expect(census.admit(proxy) == nil) }
        for number in 1...3 { #expect(census.admit(Self.address("2001:db8:0:1::a\(number)")) == nil) }
        #expect(census.admit(Self.address("2001:db8:0:1:ffff::1")) == .address)
        #expect(census.admit(Self.address("2001:db8:0:2::1")) == nil)
        census.leave(Self.address("2001:db8:0:1::a1"))
        #expect(census.admit(Self.address("2001:db8:0:1:ffff::1")) == nil)
        for _ in 0..<3 { #expect(census.admit(proxy) == nil) }
        #expect(census.admit(Self.address("2001:db8:0:1::b")) == .full, "none of the reserve is left for the network")
    }

    @Test func `a full hub still takes the first connection of somebody new, within bounds`() {
        let census = ConnectionCensus(maximum: 10, perAddress: 100)
        let greedy = Self.address("10.0.0.1")
        for _ in 0..<10 { #expect(census.admit(greedy) == nil) }
        #expect(census.admit(greedy) == .full)
        for number in 0..<64 { #expect(census.admit(Self.address("10.0.1.\(number)")) == nil) }
        #expect(census.admit(Self.address("10.0.2.1")) == .full)
    }

    @Test func `an address without connections is forgotten`() {
        let census = ConnectionCensus(maximum: 10_000, perAddress: 10)
        for number in 0..<200 {
            _ = census.admit(Self.address("10.0.0.\(number)"))
            census.leave(Self.address("10.0.0.\(number)"))
        }
        #expect(census.addresses == 0)
        #expect(census.total == 0)
    }

    @Test func `there are never more connections than descriptors`() {
        var limits = ConnectionLimits()
        limits.fit(descriptors: 1_024)
        #expect(limits.maximum == 896)
        #expect(limits.perAddress == 896)
        limits = ConnectionLimits()
        limits.fit(descriptors: 1_048_576)
        #expect(limits == ConnectionLimits())
    }
}
