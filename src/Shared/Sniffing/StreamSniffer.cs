namespace Tunnel.Shared.Sniffing;

/// <summary>Recognises what runs over TCP.</summary>
internal static class StreamSniffer
{
    /// <summary>How many bytes are looked at: a ClientHello of the longest kind, with the headers of many records.</summary>
    public const int MaxBytes = 20 * 1024;

    /// <summary>Looks at all that has come so far.</summary>
    public static SniffResult Sniff(ReadOnlySpan<byte> bytes)
    {
        // No two of them begin with the same byte.
        var result = TlsSniffer.Sniff(bytes);
        if (result.Status == SniffStatus.No)
        {
            result = HttpSniffer.Sniff(bytes);
        }

        return result.Status == SniffStatus.No ? BitTorrentSniffer.Sniff(bytes) : result;
    }
}
