namespace Tunnel.Shared.Transport.ProxyProtocol;

/// <summary>The two forms of a PROXY protocol header.</summary>
public enum ProxyProtocolVersion
{
    /// <summary>No header.</summary>
    None = 0,

    /// <summary>One line of text; for TCP only.</summary>
    Text = 1,

    /// <summary>The binary form.</summary>
    Binary = 2,
}
