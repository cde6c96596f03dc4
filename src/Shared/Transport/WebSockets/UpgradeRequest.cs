using Tunnel.Shared.Configuration.Syntax;
using Tunnel.Shared.Transport.Http;

namespace Tunnel.Shared.Transport.WebSockets;

/// <summary>Judges an upgrade request (RFC 6455, section 4.2.1). Pure.</summary>
internal static class UpgradeRequest
{
    /// <summary>The verdict on a request.</summary>
    /// <param name="head">The request.</param>
    /// <param name="path">The path that is served, with its leading slash.</param>
    public static UpgradeVerdict Judge(HttpHead head, string path)
    {
        if (head.StartLine.Split(' ') is not [var method, var target, var version] || target.Length == 0)
        {
            return UpgradeVerdict.Bad("the peer does not speak HTTP");
        }

        if (version != "HTTP/1.1")
        {
            return UpgradeVerdict.Bad($"the request is in '{Describe.Shorten(version)}', and an upgrade needs HTTP/1.1");
        }

        if (method != "GET")
        {
            return UpgradeVerdict.Bad($"the request's method is {Describe.Shorten(method)}, and an upgrade needs GET");
        }

        if (head.Single("Host") is null)
        {
            return UpgradeVerdict.Bad("the request has no 'Host', or several");
        }

        var requested = PathOf(target);
        if (!string.Equals(requested, path, StringComparison.Ordinal) && !string.Equals(Uri.UnescapeDataString(requested), path, StringComparison.Ordinal))
        {
            return new UpgradeVerdict(404, $"the request is for '{Describe.Shorten(target)}', and the path here is '{Describe.Shorten(path)}'; set the same on both sides");
        }

        if (!head.Lists("Connection", "upgrade") || !head.Lists("Upgrade", "websocket"))
        {
            return UpgradeVerdict.Bad("the request asks for no WebSocket; a proxy in between must pass on 'Upgrade' and 'Connection'");
        }

        if (head.Single("Sec-WebSocket-Version") != "13")
        {
            return UpgradeVerdict.Bad("the request is not for version 13 of WebSocket");
        }

        if (head.Single("Sec-WebSocket-Key") is not { } key || !WebSocketKey.IsValid(key))
        {
            return UpgradeVerdict.Bad("the request has no valid 'Sec-WebSocket-Key'");
        }

        // A body would be taken for the first frames.
        return head.All("Transfer-Encoding").Any() || head.All("Content-Length").Any(static length => length != "0")
            ? UpgradeVerdict.Bad("the request has a body")
            : new UpgradeVerdict(101, string.Empty, key, FirstOf(head.All("X-Forwarded-For").FirstOrDefault()));
    }

    /// <summary>The path of a request's target, which may be a whole URI (RFC 9112, section 3.2.2); without the query.</summary>
    private static string PathOf(string target)
    {
        var scheme = target.IndexOf("://", StringComparison.Ordinal);
        if (target[0] != '/' && scheme > 0)
        {
            var slash = target.IndexOf('/', scheme + 3);
            target = slash < 0 ? "/" : target[slash..];
        }

        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target[..query];
    }

    private static string? FirstOf(string? list) => list?.Split(',')[0].Trim() is { Length: > 0 } first ? first : null;
}
