using Tunnel.Shared.VMess.Headers;

namespace Tunnel.Shared.VMess.Server;

/// <summary>A request that was read, or why it was not: one of the two is null.</summary>
internal sealed record RequestReadResult(VerifiedRequest? Request, VMessAcceptOutcome.Refused? Refusal)
{
    public static RequestReadResult Of(VMessUser user, VMessRequestHeader header, bool legacy) => new(new VerifiedRequest(user, header, legacy), Refusal: null);

    public static RequestReadResult Refuse(VMessRefusalReason reason, string text, VMessUser? user = null, TimeSpan? skew = null) =>
        new(Request: null, new VMessAcceptOutcome.Refused(reason, text, user, skew));
}
