using System.Buffers.Binary;

namespace Tunnel.Shared.Sniffing;

/// <summary>
/// Recognises QUIC by the Initial packets of a client, which are sealed with keys that everybody can derive, and puts its
/// ClientHello together. One for each flow, given its datagrams in order.
/// </summary>
internal sealed class QuicSniffer
{
    /// <summary>How many datagrams are looked at. Chromium's hello takes two, and some may come twice.</summary>
    public const int MaxDatagrams = 8;

    private const int MaxConnectionId = 20;
    private const int MaxPacketNumberLength = 4;
    private const int MaxPackets = 8;

    private static readonly SniffResult Certain = new(SniffStatus.NeedMore, SniffedProtocols.Quic);
    private static readonly SniffResult Nameless = new(SniffStatus.Found, SniffedProtocols.Quic);

    private readonly QuicCryptoStream _crypto = new();
    private byte[]? _connectionId;
    private int _datagrams;

    /// <summary>Takes the next datagram.</summary>
    public SniffResult Take(ReadOnlySpan<byte> datagram)
    {
        for (var packets = 0; packets < MaxPackets && !datagram.IsEmpty; packets++)
        {
            if (!TakePacket(ref datagram))
            {
                break;
            }
        }

        if (_connectionId is null)
        {
            // The first one says whether it is QUIC at all.
            return SniffResult.No;
        }

        _datagrams++;
        if (ClientHello.LengthOf(_crypto.Beginning) is { } length && (length == 0 || _crypto.Beginning.Length >= length))
        {
            return length > 0 && ClientHello.TryParse(_crypto.Beginning[..length], out var hello)
                ? SniffResult.Of(SniffedProtocols.Quic, hello)
                : Nameless;
        }

        return _datagrams < MaxDatagrams ? Certain : Nameless;
    }

    /// <summary>Takes one of the packets that share a datagram off its front; false where what follows cannot be read.</summary>
    private bool TakePacket(ref ReadOnlySpan<byte> datagram)
    {
        const int LongHeader = 0xC0;
        var packet = datagram;
        var cursor = new ByteCursor(packet);
        if (!cursor.TryByte(out var first) || (first & LongHeader) != LongHeader
            || !cursor.TryTake(sizeof(uint), out var number)
            || QuicVersion.Find(BinaryPrimitives.ReadUInt32BigEndian(number)) is not { } version
            || !cursor.TryVector8(out var destination) || destination.Length > MaxConnectionId
            || !cursor.TryVector8(out var source) || source.Length > MaxConnectionId)
        {
            return false;
        }

        var type = (first >> 4) & 3;
        if (type == version.RetryType
            || (type == version.InitialType && !(cursor.TryVariable(out var token) && cursor.TryTake(token, out _)))
            || !cursor.TryVariable(out var length)
            || !cursor.TryTake(length, out var rest))
        {
            return false;
        }

        datagram = cursor.Rest;
        if (type != version.InitialType)
        {
            return true;
        }

        // All that a client sends before an answer goes to the one id it made up; the keys come from it.
        if (_connectionId is not null && !destination.SequenceEqual(_connectionId))
        {
            return true;
        }

        using var keys = new QuicInitialKeys(version, destination);
        var header = packet.Length - datagram.Length - rest.Length;
        if (Open(keys, packet[..header], rest) is not { } payload)
        {
            return false;
        }

        _connectionId ??= destination.ToArray();
        TakeFrames(payload);
        return true;
    }

    /// <summary>Takes the protection off the header, then the payload.</summary>
    private static byte[]? Open(QuicInitialKeys keys, ReadOnlySpan<byte> header, ReadOnlySpan<byte> rest)
    {
        if (rest.Length < MaxPacketNumberLength + QuicInitialKeys.SampleLength)
        {
            return null;
        }

        var mask = keys.Mask(rest.Slice(MaxPacketNumberLength, QuicInitialKeys.SampleLength));
        var first = (byte)(header[0] ^ (mask[0] & 0x0F));
        var numberLength = (first & 3) + 1;
        byte[] plainHeader = [first, .. header[1..], .. rest[..numberLength]];
        var number = 0L;
        for (var i = 0; i < numberLength; i++)
        {
            ref var part = ref plainHeader[header.Length + i];
            part ^= mask[1 + i];
            number = (number << 8) | part;
        }

        return keys.Open(number, plainHeader, rest[numberLength..]);
    }

    /// <summary>The frames that an Initial packet may have; what follows another one is not looked at.</summary>
    private void TakeFrames(ReadOnlySpan<byte> payload)
    {
        const int Padding = 0;
        const int Ping = 1;
        const int Ack = 2;
        const int AckWithCounts = 3;
        const int Crypto = 6;
        var cursor = new ByteCursor(payload);
        while (cursor.TryVariable(out var type))
        {
            switch (type)
            {
                case Padding or Ping:
                    break;
                case Ack or AckWithCounts when TrySkipAck(ref cursor, type == AckWithCounts):
                    break;
                case Crypto when cursor.TryVariable(out var offset) && cursor.TryVariable(out var length) && cursor.TryTake(length, out var part):
                    _crypto.Add(offset, part);
                    break;
                default:
                    return;
            }
        }
    }

    private static bool TrySkipAck(ref ByteCursor cursor, bool hasCounts)
    {
        if (!cursor.TryVariable(out _) || !cursor.TryVariable(out _) || !cursor.TryVariable(out var ranges) || !cursor.TryVariable(out _))
        {
            return false;
        }

        // Each takes two bytes at least, so the payload bounds the loop.
        for (var fields = (2 * Math.Min(ranges, int.MaxValue)) + (hasCounts ? 3 : 0); fields > 0; fields--)
        {
            if (!cursor.TryVariable(out _))
            {
                return false;
            }
        }

        return true;
    }
}
