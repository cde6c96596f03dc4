using System.Diagnostics.CodeAnalysis;
using System.Net;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Examples.KestrelOverTunnel;

/// <summary>Where Kestrel "listens": a virtual domain at a portal that this process dials.</summary>
internal sealed class TunnelEndPoint : EndPoint
{
    private TunnelEndPoint(string host, int port, string virtualDomain, InterconnectKey key)
    {
        Host = host;
        Port = port;
        VirtualDomain = virtualDomain;
        Key = key;
    }

    public string Host { get; }

    public int Port { get; }

    public string VirtualDomain { get; }

    public InterconnectKey Key { get; }

    /// <summary>Reads a join string with everything in it; an error does not repeat the secret.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out TunnelEndPoint? endPoint, [NotNullWhen(false)] out string? error)
    {
        endPoint = null;
        if (!JoinString.TryParse(text, out var join, out error) || !InterconnectKey.TryParse(join.Key, out var key, out error))
        {
            return false;
        }

        if (join.Domain is null || join.Port == 0)
        {
            error = "the port or the virtual domain is missing; copy the whole line";
            return false;
        }

        endPoint = new TunnelEndPoint(join.Host, join.Port, join.Domain, key);
        error = null;
        return true;
    }

    /// <summary>What Kestrel prints behind "Now listening on"; without the key.</summary>
    public override string ToString() => $"{VirtualDomain}@{Host}:{Port}";
}
