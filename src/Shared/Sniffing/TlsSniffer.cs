using System.Buffers;

namespace Tunnel.Shared.Sniffing;

/// <summary>Recognises TLS by its ClientHello, which may lie in several records.</summary>
internal static class TlsSniffer
{
    private const int RecordHeaderLength = 5;
    private const byte Handshake = 22;
    private const byte MajorVersion = 3;
    private const byte MaxMinorVersion = 4;
    private const int MaxRecord = 16 * 1024;

    private static readonly SniffResult Certain = new(SniffStatus.NeedMore, SniffedProtocols.Tls);

    /// <summary>Looks at all that has come so far.</summary>
    public static SniffResult Sniff(ReadOnlySpan<byte> bytes)
    {
        if (TryWhole(bytes, out var single))
        {
            return Read(single);
        }

        var message = ArrayPool<byte>.Shared.Rent(ClientHello.MaxLength);
        try
        {
            var length = 0;
            while (bytes.Length >= RecordHeaderLength && IsRecord(bytes, out var size))
            {
                var part = bytes.Slice(RecordHeaderLength, Math.Min(size, bytes.Length - RecordHeaderLength));
                part = part[..Math.Min(part.Length, ClientHello.MaxLength - length)];
                part.CopyTo(message.AsSpan(length));
                length += part.Length;
                bytes = bytes[Math.Min(RecordHeaderLength + size, bytes.Length)..];
                var whole = ClientHello.LengthOf(message.AsSpan(0, length));
                if (whole is { } needed && (needed == 0 || length >= needed))
                {
                    return needed == 0 ? SniffResult.No : Read(message.AsSpan(0, needed));
                }
            }

            if (!CanBecomeRecord(bytes))
            {
                return SniffResult.No;
            }

            return length > 0 ? Certain : SniffResult.NeedMore;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    private static SniffResult Read(ReadOnlySpan<byte> message) =>
        ClientHello.TryParse(message, out var hello) ? SniffResult.Of(SniffedProtocols.Tls, hello) : SniffResult.No;

    /// <summary>The usual case, a whole hello in one record, needs no copy.</summary>
    private static bool TryWhole(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> message)
    {
        message = default;
        if (bytes.Length < RecordHeaderLength || !IsRecord(bytes, out var size) || bytes.Length < RecordHeaderLength + size)
        {
            return false;
        }

        var record = bytes.Slice(RecordHeaderLength, size);
        if (ClientHello.LengthOf(record) is not { } length || length == 0 || length > size)
        {
            return false;
        }

        message = record[..length];
        return true;
    }

    private static bool IsRecord(ReadOnlySpan<byte> bytes, out int size)
    {
        size = (bytes[3] << 8) | bytes[4];
        return CanBecomeRecord(bytes) && size is > 0 and <= MaxRecord;
    }

    /// <summary>Whether this is the beginning of a record's header, or nothing yet.</summary>
    private static bool CanBecomeRecord(ReadOnlySpan<byte> bytes) =>
        (bytes.Length < 1 || bytes[0] == Handshake)
        && (bytes.Length < 2 || bytes[1] == MajorVersion)
        && (bytes.Length < 3 || bytes[2] <= MaxMinorVersion)
        && (bytes.Length < RecordHeaderLength || ((bytes[3] << 8) | bytes[4]) is > 0 and <= MaxRecord);
}
