using System.Collections.Immutable;
using Tunnel.Shared.Configuration.Syntax;
using Tunnel.Shared.Outbounds.Freedom;
using Tunnel.Shared.Outbounds.Tunnel;
using Tunnel.Shared.Transport.ProxyProtocol;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>A bridge in short form, with everything resolved.</summary>
internal sealed record ShortBridge
{
    /// <summary>Empty until a default has been chosen.</summary>
    public string Tag { get; init; } = string.Empty;

    public required string Domain { get; init; }

    /// <summary>The portals it dials.</summary>
    public required ImmutableArray<TunnelServer> Servers { get; init; }

    /// <summary>A pin or an authority on top of the key.</summary>
    public TlsConfig Tls { get; init; } = new();

    /// <summary>The outbound of the same file that carries its dials; null where it dials itself.</summary>
    public TextItem? Via { get; init; }

    /// <summary>Where visitors' connections go.</summary>
    public required RedirectTarget Target { get; init; }

    /// <summary>The header that the target is sent first.</summary>
    public ProxyProtocolVersion ProxyProtocol { get; init; }

    /// <summary>Null when there is no file.</summary>
    public ConfigNode? Node { get; init; }
}
