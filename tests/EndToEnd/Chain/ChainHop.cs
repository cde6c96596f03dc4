using System.Text.Json.Nodes;
using Tunnel.Testing;
using Tunnel.Testing.Net;

namespace Tunnel.EndToEnd.Chain;

/// <summary>One interconnect of a chain: what the portal listens with, and what the bridge dials with.</summary>
public sealed class ChainHop
{
    private readonly bool _vmess;
    private readonly bool _webSocket;
    private readonly string _secret;
    private readonly int _port = FreePort.Next();

    /// <summary>A hop of <c>tunnel</c>, <c>tunnel+ws</c> (both with TLS) or <c>vmess+ws</c>.</summary>
    public ChainHop(string kind, string domain)
    {
        _vmess = kind.StartsWith("vmess", StringComparison.Ordinal);
        _webSocket = kind.EndsWith("+ws", StringComparison.Ordinal);
        _secret = _vmess ? Guid.NewGuid().ToString() : TestKey.New();
        Domain = domain;
    }

    /// <summary>The virtual domain.</summary>
    public string Domain { get; }

    /// <summary>The portal's inbound for the bridge, with tag <c>interconnect</c>.</summary>
    public JsonObject Inbound()
    {
        var settings = new JsonObject { ["clients"] = new JsonArray(new JsonObject { [_vmess ? "id" : "key"] = _secret }) };
        if (!_vmess)
        {
            // For so long the visitors of a bridge that was killed are kept for it.
            settings["resumeWithin"] = "3s";
        }

        return WithStream(new JsonObject
        {
            ["tag"] = "interconnect",
            ["listen"] = "127.0.0.1",
            ["port"] = _port,
            ["protocol"] = Protocol,
            ["settings"] = settings,
        });
    }

    /// <summary>The bridge's outbound to the portal, with tag <c>dial</c>.</summary>
    public JsonObject Outbound()
    {
        var server = new JsonObject { ["address"] = "127.0.0.1", ["port"] = _port };
        if (_vmess)
        {
            server["users"] = new JsonArray(new JsonObject { ["id"] = _secret });
        }
        else
        {
            server["key"] = _secret;
        }

        return WithStream(new JsonObject
        {
            ["tag"] = "dial",
            ["protocol"] = Protocol,
            ["settings"] = new JsonObject { [_vmess ? "vnext" : "servers"] = new JsonArray(server) },
        });
    }

    private string Protocol => _vmess ? "vmess" : "tunnel";

    private JsonObject WithStream(JsonObject item)
    {
        if (_webSocket)
        {
            item["streamSettings"] = new JsonObject { ["network"] = "ws", ["wsSettings"] = new JsonObject { ["path"] = "/hop" } };
        }

        return item;
    }
}
