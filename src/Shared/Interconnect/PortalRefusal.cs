using Tunnel.Shared.Interconnect.Wire;

namespace Tunnel.Shared.Interconnect;

/// <summary>A refusal before it is sent.</summary>
internal sealed record PortalRefusal(RefusalReason Reason, string Text)
{
    /// <summary>How long a refused bridge is asked to wait where only time helps.</summary>
    private const uint BusyRetrySeconds = 5;

    /// <summary>The message for the peer; null where there is nobody to tell.</summary>
    public HandshakeMessage? ToMessage()
    {
        var code = Reason switch
        {
            RefusalReason.Malformed => RejectCode.Malformed,
            RefusalReason.VersionNotSupported => RejectCode.VersionNotSupported,
            RefusalReason.UnknownKey => RejectCode.UnknownKey,
            RefusalReason.BadProof => RejectCode.BadProof,
            RefusalReason.DomainNotAllowed => RejectCode.DomainNotAllowed,
            RefusalReason.UnknownDomain => RejectCode.UnknownDomain,
            RefusalReason.Busy or RefusalReason.TooManyFailures => RejectCode.Busy,
            RefusalReason.UnknownSession => RejectCode.UnknownSession,
            RefusalReason.TimedOut => RejectCode.TimedOut,
            _ => RejectCode.Unspecified,
        };
        return code == RejectCode.Unspecified
            ? null
            : new HandshakeMessage
            {
                Reject = new Reject { Code = code, Text = Text, RetryAfterSeconds = code == RejectCode.Busy ? BusyRetrySeconds : 0 },
            };
    }
}
