using Tunnel.Shared.Interconnect.Wire;

namespace Tunnel.Shared.Interconnect;

/// <summary>Turns a portal's refusal into what the user of the bridge reads.</summary>
internal static class InterconnectRejection
{
    /// <summary>A portal that is broken or hostile must not silence a bridge for days.</summary>
    private static readonly TimeSpan MaxRetryAfter = TimeSpan.FromMinutes(10);

    public static InterconnectException ToException(Reject reject, string target, string keyId, string domain)
    {
        TimeSpan? retryAfter = reject.RetryAfterSeconds == 0
            ? null
            : TimeSpan.FromSeconds(Math.Min(reject.RetryAfterSeconds, MaxRetryAfter.TotalSeconds));
        var (code, permanent, reason) = reject.Code switch
        {
            RejectCode.UnknownKey => (InterconnectError.UnknownKey, true,
                $"it does not know the key {keyId}; add that key to the portal, or give this bridge a key that the portal has"),
            RejectCode.BadProof => (InterconnectError.BadProof, true,
                $"it knows the key {keyId}, but the proof does not fit the connection: somebody between this bridge and the portal presents "
                + "another certificate (a man in the middle), or a proxy in between ends TLS; connect to the portal directly"),
            RejectCode.DomainNotAllowed => (InterconnectError.DomainNotAllowed, true,
                $"the key {keyId} may not claim the virtual domain '{domain}'; allow it at the portal, or use another key"),
            RejectCode.UnknownDomain => (InterconnectError.UnknownDomain, true,
                $"it does not serve the virtual domain '{domain}'; the domain must be the same in reverse.portals there and reverse.bridges here"),
            RejectCode.VersionNotSupported => (InterconnectError.VersionNotSupported, true,
                "it speaks no version of the handshake that this bridge speaks; update the older of the two"),
            RejectCode.Busy => (InterconnectError.Busy, false, "it is busy; the bridge will try again"),
            RejectCode.Malformed => (InterconnectError.RejectedAsMalformed, true,
                "it could not read the messages of this bridge; are both of versions that fit?"),
            RejectCode.UnknownSession => (InterconnectError.UnknownSession, false,
                "it does not keep the session any more: it was restarted, or the bridge was away for too long"),
            RejectCode.TimedOut => (InterconnectError.RejectedAsTooSlow, false, "it waited too long for this bridge; is the network very slow?"),
            _ => (InterconnectError.RejectedOtherwise, false, $"'{HandshakeText.Clean(reject.Text, HandshakeLimits.MaxTextLength)}' (code {(int)reject.Code})"),
        };
        return new InterconnectException(code, $"The portal at {target} refused the bridge: {reason}.", permanent, retryAfter);
    }
}
