using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>
/// The headers that tell a target who the visitor is. What strangers say of themselves is never passed on; what a trusted proxy says
/// is continued.
/// </summary>
internal static class ForwardedHeaders
{
    public const string For = "X-Forwarded-For";
    public const string Proto = "X-Forwarded-Proto";
    public const string Host = "X-Forwarded-Host";
    public const string Port = "X-Forwarded-Port";
    public const string Prefix = "X-Forwarded-Prefix";
    public const string RealIp = "X-Real-IP";
    public const string Forwarded = "Forwarded";

    private const string Family = "X-Forwarded-";

    /// <summary>Whether a header is one by which a request says where it comes from.</summary>
    public static bool IsClaim(string name) =>
        name.StartsWith(Family, StringComparison.OrdinalIgnoreCase)
        || name.Equals(Forwarded, StringComparison.OrdinalIgnoreCase)
        || name.Equals(RealIp, StringComparison.OrdinalIgnoreCase);

    /// <summary>What to set, in place of what came.</summary>
    /// <param name="facts">What is known here.</param>
    /// <param name="came">The value of a header of the request; empty where it has none.</param>
    public static IEnumerable<(string Name, string Value)> Of(ForwardedFacts facts, Func<string, string> came)
    {
        var peer = facts.Peer?.ToString();
        var before = Trusted(For);
        yield return (For, before.Length == 0 ? peer ?? "unknown" : peer is null ? before : $"{before}, {peer}");
        yield return (RealIp, facts.Visitor?.ToString() ?? "unknown");
        var proto = Trusted(Proto);
        yield return (Proto, proto.Length > 0 ? proto : facts.Scheme);
        var host = Trusted(Host);
        yield return (Host, host.Length > 0 ? host : facts.Host);
        var port = Trusted(Port);
        yield return (Port, port.Length > 0 ? port : PortOf(facts, proto.Length > 0));
        var prefix = Trusted(Prefix).TrimEnd('/') + facts.Prefix;
        if (prefix.Length > 0)
        {
            yield return (Prefix, prefix);
        }

        var chain = Trusted(Forwarded);
        var element = $"for={Node(facts.Peer)};host={Quoted(facts.Host)};proto={facts.Scheme}";
        yield return (Forwarded, chain.Length > 0 ? $"{chain}, {element}" : element);

        string Trusted(string name) => facts.IsPeerTrusted ? came(name) : string.Empty;
    }

    /// <summary>A proxy that took TLS off says how the visitor came, and mostly not to which port: then it is the usual one.</summary>
    private static string PortOf(ForwardedFacts facts, bool schemeIsTold)
    {
        var port = schemeIsTold ? string.Equals(facts.Scheme, "https", StringComparison.Ordinal) ? 443 : 80 : facts.Port;
        return port.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>RFC 7239, section 6: IPv6 in brackets and quotes.</summary>
    private static string Node(IPAddress? address) => address switch
    {
        null => "unknown",
        { AddressFamily: AddressFamily.InterNetworkV6 } => $"\"[{address}]\"",
        _ => address.ToString(),
    };

    /// <summary>A token as it is, anything else in quotes.</summary>
    private static string Quoted(string host)
    {
        var isToken = host.Length > 0 && host.All(static character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_');
        return isToken ? host : $"\"{host.Replace("\\", string.Empty, StringComparison.Ordinal).Replace("\"", string.Empty, StringComparison.Ordinal)}\"";
    }
}
