namespace Tunnel.Shared.Transport.Http;

/// <summary>Reads the head of an HTTP message from a stream, within a bound.</summary>
internal static class HttpHeadReader
{
    /// <summary>What servers usually accept. A real upgrade request has some hundred bytes.</summary>
    public const int MaxBytes = 8 * 1024;

    private const int FirstBytes = 1024;

    private static ReadOnlySpan<byte> End => "\r\n\r\n"u8;

    /// <summary>The head and what followed it. Failures of what the peer sends are values.</summary>
    /// <exception cref="IOException">The transport failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async Task<HttpHeadRead> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        // A peer that sends nothing costs no buffer.
#pragma warning disable CA2022 // It reads nothing, so nothing can be missing.
        _ = await stream.ReadAsync(Memory<byte>.Empty, cancellationToken);
#pragma warning restore CA2022
        var buffer = new byte[FirstBytes];
        var filled = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken);
            if (read == 0)
            {
                return HttpHeadRead.Failed(HttpHeadStatus.Ended);
            }

            // The end may have begun in what was there before.
            var from = Math.Max(0, filled - End.Length + 1);
            filled += read;
            var found = buffer.AsSpan(from, filled - from).IndexOf(End);
            if (found >= 0)
            {
                var length = from + found;
                return HttpHead.TryParse(buffer.AsSpan(0, length), out var head)
                    ? new HttpHeadRead(HttpHeadStatus.Read, head, buffer.AsMemory((length + End.Length)..filled))
                    : HttpHeadRead.Failed(HttpHeadStatus.Malformed);
            }

            // Whoever speaks another protocol, TLS above all, need not be waited for.
            if (!char.IsAsciiLetterUpper((char)buffer[0]))
            {
                return HttpHeadRead.Failed(HttpHeadStatus.Malformed);
            }

            if (filled == MaxBytes)
            {
                return HttpHeadRead.Failed(HttpHeadStatus.TooLong);
            }

            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, MaxBytes));
            }
        }
    }
}
