/// How often one caller may ask.
package struct RateLimits: Hashable, Sendable {
    /// A burst, and then so many each second.
    package struct Rate: Hashable, Sendable {
        package var burst: Int
        package var perSecond: Double

        package init(burst: Int, perSecond: Double) {
            self.burst = burst
            self.perSecond = perSecond
        }
    }

    /// Of one address, whoever asks; a fleet may stand behind one.
    package var address = Rate(burst: 2_000, perSecond: 400)
    /// Of one address, requests that were refused for who asks: whoever guesses has few guesses.
    package var failures = Rate(burst: 100, perSecond: 5)
    /// Of one agent: a first bundle has hundreds of layers.
    package var agent = Rate(burst: 1_000, perSecond: 50)
    /// Of one person or token.
    package var person = Rate(burst: 1_000, perSecond: 50)

    package init() {}
}
