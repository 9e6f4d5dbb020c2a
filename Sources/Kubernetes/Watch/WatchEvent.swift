/// What a watch tells.
///
/// After `listStarted` come the objects that are there, one `listed` each, then `listFinished`: what was known before
/// and was not listed is gone. This happens again whenever the server no longer knows where we were.
package enum WatchEvent: Hashable, Sendable {
    case listStarted
    case listed(KubernetesObject)
    case listFinished
    /// The object is new or changed.
    case applied(KubernetesObject)
    /// The object is gone; this is its last state.
    case deleted(KubernetesObject)
    /// The server no longer knows where we were; a new list follows.
    case fellBehind
    /// The server cannot be asked; the watch goes on by itself after a pause.
    case interrupted(KubernetesError)
}
