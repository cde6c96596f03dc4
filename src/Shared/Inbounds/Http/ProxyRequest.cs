using System.Collections.Frozen;
using System.Text;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Transport.Http;

namespace Tunnel.Shared.Inbounds.Http;

/// <summary>What a client asks an HTTP proxy for (RFC 9110, sections 7.6 and 9.3.6; RFC 9112, section 3.2). Pure.</summary>
internal sealed record ProxyRequest
{
    private const int DefaultPort = 80;

    // Between two neighbours only; what 'Connection' lists is added to these.
    private static readonly FrozenSet<string> HopByHop = FrozenSet.ToFrozenSet(
        ["Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authorization", "Proxy-Authenticate", "TE", "Upgrade"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>What says where a message ends and whom it is for must not be dropped because a client lists it.</summary>
    private static readonly FrozenSet<string> NeverListed = FrozenSet.ToFrozenSet(["Host", "Content-Length", "Transfer-Encoding"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Where to connect.</summary>
    public required Destination Destination { get; init; }

    /// <summary>The head to send there; empty for CONNECT, whose connection is the client's from then on.</summary>
    public ReadOnlyMemory<byte> Head { get; init; }

    /// <summary>How the body behind the head is framed.</summary>
    public HttpBody Body { get; init; }

    /// <summary>Whether the client wants another protocol, such as WebSocket: what follows has no framing that is known here.</summary>
    public bool IsUpgrade { get; init; }

    /// <summary>For rules (<c>attrs</c>); null for CONNECT.</summary>
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }

    /// <summary>Judges a head: a request, or what is wrong with it.</summary>
    /// <param name="head">The head.</param>
    /// <param name="allowTransparent">Whether a request may name its host in <c>Host</c> alone, as one to a web server does.</param>
    public static (ProxyRequest? Request, string? Fault) Of(HttpHead head, bool allowTransparent)
    {
        if (head.StartLine.Split(' ') is not [{ Length: > 0 } method, { Length: > 0 } target, "HTTP/1.1" or "HTTP/1.0"])
        {
            return (null, "the request line is not one of HTTP/1.1");
        }

        if (method == "CONNECT")
        {
            return HostText.TrySplit(target, out var host, out var port) && host.Length > 0 && port > 0
                ? (new ProxyRequest { Destination = new Destination(Network.Tcp, host, port) }, null)
                : (null, "CONNECT needs a host and a port, such as example.com:443");
        }

        if (!TryFindTarget(head, target, allowTransparent, out var destination, out var authority, out var path))
        {
            return (null, allowTransparent
                ? "the request names no host; give an absolute URI (http://…) or 'Host'"
                : "this is a proxy: the request must name an absolute URI (http://…); is the program set to use it as an HTTP proxy?");
        }

        if (HttpBody.Of(head, head.StartLine.EndsWith("1.0", StringComparison.Ordinal)) is not { } body)
        {
            return (null, "the length of the body cannot be told for certain");
        }

        var listed = head.All("Connection").SelectMany(static value => value.Split(',', StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (listed.Overlaps(NeverListed))
        {
            return (null, "'Connection' lists a field that cannot be left out");
        }

        var isUpgrade = listed.Contains("upgrade") && head.All("Upgrade").Any();
        return (new ProxyRequest
        {
            Destination = destination!,
            Head = WriteHead(head, method, path, authority, listed, isUpgrade),
            Body = body,
            IsUpgrade = isUpgrade,
            Attributes = AttributesOf(head, method, path),
        }, null);
    }

    private static bool TryFindTarget(HttpHead head, string target, bool allowTransparent, out Destination? destination, out string authority, out string path)
    {
        const string Scheme = "http://";
        destination = null;
        (authority, path) = (string.Empty, target);
        if (target.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            var rest = target[Scheme.Length..];
            var end = rest.AsSpan().IndexOfAny('/', '?', '#');
            authority = end < 0 ? rest : rest[..end];
            path = end < 0 ? "/" : rest[end..];
            path = path[0] == '?' ? "/" + path : path;
        }
        else if (allowTransparent && target[0] == '/')
        {
            authority = head.Single("Host") ?? string.Empty;
        }

        if (path.Contains('#', StringComparison.Ordinal) || authority.Length == 0 || !TrySplit(authority, out var host, out var port))
        {
            return false;
        }

        destination = new Destination(Network.Tcp, host, port);
        return true;
    }

    private static bool TrySplit(string authority, out string host, out int port)
    {
        if (HostText.TrySplit(authority, out host, out port))
        {
            return host.Length > 0 && port > 0;
        }

        port = DefaultPort;
        host = authority.Length > 2 && authority[0] == '[' && authority[^1] == ']' ? authority[1..^1] : authority;
        return HostText.IsHost(host) && host.Contains(':', StringComparison.Ordinal) == (authority[0] == '[');
    }

    private static byte[] WriteHead(HttpHead head, string method, string path, string authority, HashSet<string> listed, bool isUpgrade)
    {
        // One request for one connection to the server: what the client sends behind it can never reach a server it is not for.
        var text = new StringBuilder().Append(method).Append(' ').Append(path).Append(" HTTP/1.1\r\nHost: ").Append(authority).Append("\r\n");
        foreach (var (name, value) in head.Fields)
        {
            var isDropped = HopByHop.Contains(name) || listed.Contains(name) || name.Equals("Host", StringComparison.OrdinalIgnoreCase);
            if (!isDropped || (isUpgrade && name.Equals("Upgrade", StringComparison.OrdinalIgnoreCase)))
            {
                text.Append(name).Append(": ").Append(value).Append("\r\n");
            }
        }

        text.Append("Connection: ").Append(isUpgrade ? "Upgrade" : "close").Append("\r\n\r\n");
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private static Dictionary<string, string> AttributesOf(HttpHead head, string method, string path)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal) { [":method"] = method, [":path"] = path };
        foreach (var (name, value) in head.Fields)
        {
            if (!name.Equals("Proxy-Authorization", StringComparison.OrdinalIgnoreCase))
            {
                attributes.TryAdd(name.ToLowerInvariant(), value);
            }
        }

        return attributes;
    }
}
