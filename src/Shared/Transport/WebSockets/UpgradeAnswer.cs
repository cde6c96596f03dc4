using System.Globalization;
using Tunnel.Shared.Configuration.Syntax;
using Tunnel.Shared.Transport.Http;

namespace Tunnel.Shared.Transport.WebSockets;

/// <summary>Judges the answer to an upgrade request (RFC 6455, section 4.1). Pure.</summary>
internal static class UpgradeAnswer
{
    /// <summary>What is wrong with an answer, in words a user can act on; null when the connection is a WebSocket from now on.</summary>
    /// <param name="head">The answer.</param>
    /// <param name="key">The request's key.</param>
    /// <param name="path">The request's path.</param>
    public static string? Complaint(HttpHead head, string key, string path)
    {
        if (StatusOf(head.StartLine) is not { } status)
        {
            return "the peer does not speak HTTP; is \"network\": \"ws\" set on its side, and is this its port?";
        }

        switch (status)
        {
            case 101:
                break;
            case 404:
                return $"the server knows no path '{Describe.Shorten(path)}' (HTTP status 404); set the same wsSettings.path on both sides";
            case >= 300 and < 400:
                return $"the server redirects the request (HTTP status {status}); dial where it leads to, or turn the redirect off";
            case 502 or 503 or 504:
                return $"a proxy answers that the server behind it is not there (HTTP status {status})";
            default:
                return $"the server does not open a WebSocket (HTTP status {status}); are path and 'Host' right, and does a proxy in between pass on 'Upgrade'?";
        }

        if (!head.Lists("Connection", "upgrade") || !head.Lists("Upgrade", "websocket") || head.Single("Sec-WebSocket-Accept") != WebSocketKey.Answer(key))
        {
            return "the answer to the upgrade is not a WebSocket server's";
        }

        // Neither was asked for; to go on would be to misread what follows.
        return head.All("Sec-WebSocket-Extensions").Any() || head.All("Sec-WebSocket-Protocol").Any()
            ? "the server answers with an extension or a protocol that was not asked for"
            : null;
    }

    private static int? StatusOf(string line) =>
        line.StartsWith("HTTP/1.", StringComparison.Ordinal)
        && line.Split(' ') is [_, { Length: 3 } digits, ..]
        && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? status
            : null;
}
