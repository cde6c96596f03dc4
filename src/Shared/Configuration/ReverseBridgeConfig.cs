namespace Tunnel.Shared.Configuration;

/// <summary>One item of <c>reverse.bridges</c>.</summary>
public sealed record ReverseBridgeConfig
{
    /// <summary>The tag that everything the bridge produces carries, matched with <c>inboundTag</c>; not empty.</summary>
    public required string Tag { get; init; }

    /// <summary>The virtual domain, 1 to 255 characters; it need not exist in DNS.</summary>
    public required string Domain { get; init; }
}
