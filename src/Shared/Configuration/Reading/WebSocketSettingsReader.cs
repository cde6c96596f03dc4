using System.Buffers;
using System.Collections.Immutable;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads <c>wsSettings</c>.</summary>
internal static class WebSocketSettingsReader
{
    /// <summary>The upgrade request must stay well below what servers accept, usually 8 KiB.</summary>
    private const int MaxText = 4096;

    /// <summary>RFC 9110, section 5.6.2.</summary>
    private static readonly SearchValues<char> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>What the handshake says itself; another value would break it or smuggle a second request behind it.</summary>
    private static readonly string[] Reserved = ["connection", "upgrade", "content-length", "transfer-encoding", "trailer", "te", "expect"];

    public static WebSocketConfig Read(ObjectReader webSocket)
    {
        // Asked for by whoever knows whether it has a meaning here.
        _ = webSocket.Find(ProxyProtocolField.Name);
        if (webSocket.Integer("maxEarlyData", 0, int.MaxValue) is > 0)
        {
            webSocket.Problems.Error(webSocket.Find("maxEarlyData")!, "early data is not supported; remove this on both sides");
        }

        webSocket.Ignore("earlyDataHeaderName", "useBrowserForwarding");
        var result = new WebSocketConfig { Path = ReadPath(webSocket), Headers = ReadHeaders(webSocket) };
        webSocket.End();
        return result;
    }

    private static string ReadPath(ObjectReader webSocket)
    {
        var path = webSocket.String("path");
        if (string.IsNullOrEmpty(path))
        {
            return "/";
        }

        if (path.Length > MaxText || path.Any(static character => character is <= ' ' or > '~' or '#'))
        {
            var node = webSocket.Find("path")!;
            webSocket.Problems.Error(
                node, $"found {node.Found}, expected a path such as \"/tunnel\": printable ASCII without blanks and '#', other characters as %XX");
        }

        return path[0] == '/' ? path : "/" + path;
    }

    private static ImmutableArray<KeyValuePair<string, string>> ReadHeaders(ObjectReader webSocket)
    {
        if (webSocket.Object("headers") is not { } headers)
        {
            return [];
        }

        var result = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var name in headers.Names)
        {
            if (headers.String(name) is not { } value)
            {
                continue;
            }

            var node = headers.Find(name)!;
            if (name.Length is 0 or > MaxText || name.AsSpan().ContainsAnyExcept(Token))
            {
                headers.Problems.Error(node, $"'{Describe.Shorten(name)}' cannot be the name of an HTTP header");
            }
            else if (Reserved.Contains(name.ToLowerInvariant()) || name.StartsWith("Sec-WebSocket-", StringComparison.OrdinalIgnoreCase))
            {
                headers.Problems.Error(node, $"the header '{name}' belongs to the WebSocket handshake itself; remove it");
            }
            else if (value.Length > MaxText || value.Any(static character => character is < ' ' or > '~'))
            {
                headers.Problems.Error(node, "expected the value of an HTTP header: printable ASCII");
            }

            result.Add(new KeyValuePair<string, string>(name, value.Trim()));
        }

        return result.ToImmutable();
    }
}
