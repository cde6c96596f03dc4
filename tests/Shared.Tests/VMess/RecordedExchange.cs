using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Tunnel.Shared.VMess;
using Tunnel.Shared.VMess.Body;
using Tunnel.Shared.VMess.Cryptography;
using Tunnel.Shared.VMess.Headers;
using Tunnel.Shared.VMess.Server;

namespace Tunnel.Shared.Tests.VMess;

/// <summary>One recorded request with its response, taken apart by hand, so that every random byte of it is known.</summary>
internal sealed class RecordedExchange
{
    /// <summary>Around when the vectors were made; where a legacy hash is searched.</summary>
    private const long About = 1_795_220_000;

    public RecordedExchange(JsonElement vector)
        : this(vector.Text("uuid"), vector.Hex("request_wire"), vector.Number("request_header_len"), !vector.GetProperty("aead_header").GetBoolean())
    {
    }

    public RecordedExchange(string uuid, byte[] requestWire, int headerLength, bool legacy)
    {
        Id = KeyTests.Id(uuid);
        Wire = requestWire;
        HeaderLength = headerLength;
        Legacy = legacy;
        (UnixSeconds, PlainHeader) = legacy ? OpenLegacy() : Open();
        Assert.Equal(OperationStatus.Done, VMessRequestHeaderCodec.TryRead(PlainHeader, out var header, out var consumed));
        Assert.Equal(PlainHeader.Length, consumed);
        Header = header!;
        Keys = new VMessBodyKeys(Header, legacy);
        Format = VMessConnection.FormatOf(Header);
    }

    public VMessId Id { get; }

    public byte[] Wire { get; }

    public int HeaderLength { get; }

    public bool Legacy { get; }

    public long UnixSeconds { get; }

    public byte[] AuthIdRandom { get; private set; } = [];

    public byte[] PlainHeader { get; }

    public VMessRequestHeader Header { get; }

    public VMessBodyKeys Keys { get; }

    public VMessBodyFormat Format { get; }

    public int HeaderPadding => PlainHeader[35] >> 4;

    /// <summary>The random bytes that <see cref="VMessClient.WriteRequest"/> would have had to draw.</summary>
    public RandomFill HeaderDraws() => Replay(
        [.. AuthIdRandom, .. Wire.AsSpan(34, 8), (byte)HeaderPadding, .. PlainHeader.AsSpan(PlainHeader.Length - 4 - HeaderPadding, HeaderPadding)]);

    /// <summary>The values and the padding of a direction's chunks, walked through by their sizes alone.</summary>
    public (List<(int Value, int Padding)> Chunks, byte[] PaddingBytes) Walk(ReadOnlySpan<byte> body, bool response, bool legacyHeaderFirst = false)
    {
        var bytes = body.ToArray();
        if (Format.Security == VMessSecurity.LegacyCfb)
        {
            using var stream = new AesCfb128(response ? Keys.ResponseKey : Keys.RequestKey, response ? Keys.ResponseIv : Keys.RequestIv);
            if (legacyHeaderFirst)
            {
                stream.Encrypt([Header.ResponseCheck, 0, 0, 0]);
            }

            stream.Decrypt(bytes);
        }

        var chunks = new List<(int, int)>();
        var padding = new List<byte>();
        using var sizes = new ChunkSizes(Format, response ? Keys.ResponseIv : Keys.RequestIv, Keys.RequestKey, Keys.RequestIv);
        for (var at = 0; at + sizes.Bytes <= bytes.Length;)
        {
            var length = sizes.NextPadding();
            Assert.True(sizes.TryRead(bytes.AsSpan(at, sizes.Bytes), out var value));
            at += sizes.Bytes + value;
            if (at > bytes.Length)
            {
                break;
            }

            padding.AddRange(bytes.AsSpan(at - length, length));
            chunks.Add((value, length));
        }

        return (chunks, [.. padding]);
    }

    public static RandomFill Replay(byte[] bytes)
    {
        var used = 0;
        return destination =>
        {
            bytes.AsSpan(used, destination.Length).CopyTo(destination);
            used += destination.Length;
        };
    }

    private (long UnixSeconds, byte[] Header) Open()
    {
        using var aes = Aes.Create();
        aes.Key = Id.AuthIdKey.ToArray();
        var authId = aes.DecryptEcb(Wire.AsSpan(0, VMessAuthId.Size), PaddingMode.None);
        Assert.True(VMessAuthId.TryRead(authId, out var unixSeconds));
        AuthIdRandom = authId[8..12];
        Assert.True(VMessSealedHeader.TryOpenLength(Id.CommandKey, Wire, out var length));
        Assert.Equal(HeaderLength, VMessSealedHeader.PrefixBytes + length + 16);
        var header = new byte[length];
        Assert.True(VMessSealedHeader.TryOpen(Id.CommandKey, Wire, Wire.AsSpan(VMessSealedHeader.PrefixBytes..HeaderLength), header));
        return (unixSeconds, header);
    }

    private (long UnixSeconds, byte[] Header) OpenLegacy()
    {
        var table = new LegacyHashTable([new VMessUser(Id)]);
        var hash = BinaryPrimitives.ReadUInt128BigEndian(Wire);
        for (var at = About - 50_000; at < About + 50_000; at += 241)
        {
            if (table.Find(hash, at) is { } found)
            {
                var header = Wire[VMessLegacyHeader.HashBytes..HeaderLength];
                using var cipher = VMessLegacyHeader.CreateCipher(Id, found.UnixSeconds);
                cipher.Decrypt(header);
                return (found.UnixSeconds, header);
            }
        }

        throw new InvalidOperationException("The recorded hash is of another time.");
    }
}
