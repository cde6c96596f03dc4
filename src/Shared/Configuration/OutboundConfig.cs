using System.Net;

namespace Tunnel.Shared.Configuration;

/// <summary>One item of <c>outbounds</c>.</summary>
public sealed record OutboundConfig
{
    /// <summary>What rules name with <c>outboundTag</c>; may be empty, otherwise unique among outbounds and portals.</summary>
    public string Tag { get; init; } = string.Empty;

    /// <summary>The protocol in lower case, for example <c>freedom</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>What the protocol needs to know; its type follows from <see cref="Protocol"/>.</summary>
    public required IOutboundSettings Settings { get; init; }

    /// <summary>The tag of the outbound, or portal, that carries all its connections (<c>proxySettings</c>); empty where it dials itself.</summary>
    public string ProxyTag { get; init; } = string.Empty;

    /// <summary>The address of this machine that it dials from; null leaves it to the system.</summary>
    public IPAddress? SendThrough { get; init; }

    /// <summary>The transport underneath.</summary>
    public StreamConfig Stream { get; init; } = new();
}
