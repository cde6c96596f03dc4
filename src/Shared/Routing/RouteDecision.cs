using System.Runtime.InteropServices;

namespace Tunnel.Shared.Routing;

/// <summary>What the router decided about one connection.</summary>
/// <param name="OutboundTag">The outbound's tag; null where a balancer picks it, and for the default outbound, the first one.</param>
/// <param name="RuleIndex">Which rule matched, from 0; -1 when none did.</param>
/// <param name="BalancerTag">The balancer that is to pick the outbound; null when the rule named it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RouteDecision(string? OutboundTag, int RuleIndex, string? BalancerTag)
{
    /// <summary>No rule matched.</summary>
    public static readonly RouteDecision Default = new(null, -1, null);

    /// <summary>Whether the default outbound takes the connection.</summary>
    public bool IsDefault => OutboundTag is null && BalancerTag is null;
}
