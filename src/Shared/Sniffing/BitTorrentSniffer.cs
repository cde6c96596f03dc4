namespace Tunnel.Shared.Sniffing;

/// <summary>Recognises BitTorrent's handshake by its prefix. An encrypted one cannot be told from noise.</summary>
internal static class BitTorrentSniffer
{
    private static readonly SniffResult Found = new(SniffStatus.Found, SniffedProtocols.BitTorrent);

    private static ReadOnlySpan<byte> Prefix => "\u0013BitTorrent protocol"u8;

    /// <summary>Looks at all that has come so far.</summary>
    public static SniffResult Sniff(ReadOnlySpan<byte> bytes)
    {
        var common = Math.Min(bytes.Length, Prefix.Length);
        if (!bytes[..common].SequenceEqual(Prefix[..common]))
        {
            return SniffResult.No;
        }

        return common == Prefix.Length ? Found : SniffResult.NeedMore;
    }
}
