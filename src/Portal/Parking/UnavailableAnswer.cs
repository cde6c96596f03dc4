using System.Globalization;
using System.Text;

namespace Tunnel.Portal.Parking;

/// <summary>What an HTTP visitor is told for whom no session came.</summary>
internal static class UnavailableAnswer
{
    /// <summary>When to come again, in seconds (RFC 9110, section 10.2.3): a bridge that lost its portal dials within 30 s, mostly much sooner.</summary>
    private const int RetryAfter = 5;

    /// <param name="reason">One sentence without a full stop; ASCII.</param>
    public static byte[] Create(string reason)
    {
        var body = char.ToUpperInvariant(reason[0]) + reason[1..] + ".\n";
        return Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 503 Service Unavailable\r\nRetry-After: {RetryAfter}\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n"
            + $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}"));
    }
}
