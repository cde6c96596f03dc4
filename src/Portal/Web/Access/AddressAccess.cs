using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Http;
using Tunnel.Shared.Configuration;

namespace Tunnel.Portal.Web.Access;

/// <summary>Lets visitors in by their address: those of one list, then all but those of another; with only the first list, nobody else.</summary>
internal sealed class AddressAccess(ImmutableArray<CidrBlock> allow, ImmutableArray<CidrBlock> deny)
{
    public RequestDelegate Around(RequestDelegate next) =>
        context => Admits(context.Connection.RemoteIpAddress) ? next(context) : Refusal.AnswerAsync(context, StatusCodes.Status403Forbidden, Refusal.Denied);

    /// <summary>Whether a visitor may come in. One without an address (of a Unix socket) is in no block but those of everybody.</summary>
    public bool Admits(IPAddress? address)
    {
        // The one address that nobody has.
        var known = address ?? IPAddress.Broadcast;
        return Contains(allow, known) || (deny.IsEmpty ? allow.IsEmpty : !Contains(deny, known));
    }

    private static bool Contains(ImmutableArray<CidrBlock> blocks, IPAddress address)
    {
        foreach (var block in blocks)
        {
            if (block.Contains(address))
            {
                return true;
            }
        }

        return false;
    }
}
