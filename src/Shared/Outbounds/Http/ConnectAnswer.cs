using System.Buffers;
using System.Globalization;
using System.Text;
using Tunnel.Shared.Configuration.Syntax;
using Tunnel.Shared.Outbounds.Proxies;

namespace Tunnel.Shared.Outbounds.Http;

/// <summary>A proxy's answer to CONNECT.</summary>
/// <param name="Status">100 to 599.</param>
/// <param name="Reason">The words behind it, fit for one line; may be empty.</param>
internal readonly record struct ConnectAnswer(int Status, string Reason)
{
    /// <summary>What servers usually accept as a head.</summary>
    private const int MaxHeadBytes = 8 * 1024;

    private const int MaxReasonLength = 60;

    private static ReadOnlySpan<byte> End => "\r\n\r\n"u8;

    private static ReadOnlySpan<byte> Start => "HTTP/1."u8;

    /// <summary>
    /// Takes the head of an answer off the start of a buffer. What fields say is of no interest: behind a 2xx the connection's
    /// bytes begin, whatever length they claim (RFC 9110, section 9.3.6).
    /// </summary>
    /// <returns>Whether there is a whole head; otherwise more is needed.</returns>
    /// <exception cref="ProxyException">This can never become one.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, out ConnectAnswer answer)
    {
        answer = default;
        var begin = buffer.Slice(0, Math.Min(buffer.Length, Start.Length)).ToArray();
        if (!Start[..begin.Length].SequenceEqual(begin))
        {
            throw new ProxyException(begin[0] == 5 ? "speaks SOCKS5; use protocol 'socks'" : "does not speak HTTP; is this the proxy's port, and does it want TLS?");
        }

        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> head, End))
        {
            return buffer.Length < MaxHeadBytes ? false : throw TooLong();
        }

        if (head.Length > MaxHeadBytes)
        {
            throw TooLong();
        }

        // Beyond ASCII, bytes have no agreed meaning; as Latin 1 none is lost.
        var text = Encoding.Latin1.GetString(head);
        var end = text.IndexOf('\r', StringComparison.Ordinal);
        var line = end < 0 ? text : text[..end];
        if (line.Split(' ', 3) is not [_, { Length: 3 } digits, ..] parts
            || !int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            || status is < 100 or > 599)
        {
            throw new ProxyException("gave an answer that is not HTTP's");
        }

        answer = new ConnectAnswer(status, parts.Length > 2 ? Describe.Shorten(parts[2].Trim(), MaxReasonLength) : string.Empty);
        buffer = reader.UnreadSequence;
        return true;
    }

    /// <summary>What a status other than 2xx means.</summary>
    /// <param name="withUser">Whether a user name and password were given.</param>
    public ProxyException Refusal(bool withUser)
    {
        var advice = Status switch
        {
            407 when withUser => "it does not know the user, or the password is wrong; only Basic authentication is supported",
            407 => "it wants a user; give one in 'users'",
            401 or 403 or 405 => "its rules forbid the host or the port; many allow port 443 only",
            500 or 502 or 503 => "it could not reach the host",
            504 => "the host did not answer it",
            400 or 404 or 501 => "is it a proxy that takes CONNECT, and not a web server?",
            _ => null,
        };
        var said = Reason.Length > 0 ? $"{Status} {Reason}" : Status.ToString(CultureInfo.InvariantCulture);
        return new ProxyException($"refused CONNECT with HTTP status {said}{(advice is null ? string.Empty : "; " + advice)}");
    }

    private static ProxyException TooLong() => new($"answered with a head of more than {MaxHeadBytes} bytes");
}
