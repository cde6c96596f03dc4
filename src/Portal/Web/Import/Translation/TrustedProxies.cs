using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Tunnel.Shared.Configuration;

namespace Tunnel.Portal.Web.Import.Translation;

/// <summary><c>set_real_ip_from</c> with <c>real_ip_header</c>, and <c>proxy_protocol</c> of <c>listen</c>: whose word about the visitor is taken.</summary>
internal sealed record TrustedProxies(bool Protocol, ImmutableArray<string> ByHeader, ImmutableArray<string> ByProtocol)
{
    private const string ProxyProtocol = "proxy_protocol";

    /// <summary>Of all servers of an address together.</summary>
    public static TrustedProxies Of(InboundDraft draft, ImportReport report)
    {
        var byHeader = new List<string>();
        var byProtocol = new List<string>();
        foreach (var (server, _) in draft.Servers)
        {
            var header = server.Scope.Last("real_ip_header");
            var isProtocol = header?.First == ProxyProtocol;
            var proxies = server.Scope.Nearest("set_real_ip_from");
            foreach (var proxy in proxies)
            {
                if (CidrBlock.TryParse(proxy.First, out _))
                {
                    (isProtocol ? byProtocol : byHeader).Add(proxy.First);
                }
                else if (proxy.First != "unix:")
                {
                    report.Remark(proxy, "a trusted proxy is an address, or a block of them; left out");
                }
            }

            if (!proxies.IsEmpty && !isProtocol && header?.First.ToLowerInvariant() is not ("x-forwarded-for" or "forwarded"))
            {
                report.Remark(header ?? proxies[0], "of a trusted proxy X-Forwarded-For and Forwarded are believed, and no other header; have it send one of them");
            }
        }

        if (draft.ProxyProtocol && byProtocol.Count == 0)
        {
            var (server, listen) = draft.Servers.First(static item => item.Listen.ProxyProtocol);
            report.Remark(listen.Directive ?? server.Directive, "only proxies on this machine may connect now; name yours in \"sockopt\": { \"trustedProxies\": [ \"10.0.0.1\" ] }");
        }

        return new TrustedProxies(draft.ProxyProtocol, [.. byHeader.Distinct(StringComparer.Ordinal)], [.. byProtocol.Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>Sets <c>trustedProxies</c>.</summary>
    public void WriteSettings(JsonObject settings)
    {
        if (!ByHeader.IsEmpty)
        {
            settings["trustedProxies"] = Strings(ByHeader);
        }
    }

    /// <summary>Sets <c>sockopt</c>.</summary>
    public void WriteStream(JsonObject stream)
    {
        if (!Protocol)
        {
            return;
        }

        var socket = new JsonObject { ["acceptProxyProtocol"] = true };
        if (!ByProtocol.IsEmpty)
        {
            socket["trustedProxies"] = Strings(ByProtocol);
        }

        stream["sockopt"] = socket;
    }

    private static JsonArray Strings(ImmutableArray<string> texts) => new([.. texts.Select(static text => (JsonNode)JsonValue.Create(text))]);
}
