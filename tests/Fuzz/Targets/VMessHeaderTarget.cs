using System.Buffers;
using System.Buffers.Binary;
using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Shared.VMess;
using Tunnel.Shared.VMess.Body;
using Tunnel.Shared.VMess.Cryptography;
using Tunnel.Shared.VMess.Headers;

namespace Tunnel.Fuzz.Targets;

/// <summary>VMess requests in both formats, from those who know the id and from those who do not, and responses.</summary>
internal static class VMessHeaderTarget
{
    private static readonly byte[][] Plain =
    [
        VMessFixture.Plain(VMessFixture.Header(VMessSecurity.Aes128Gcm, VMessBodyFormat.DefaultOptions(VMessSecurity.Aes128Gcm))),
        VMessFixture.Plain(VMessFixture.Header(VMessSecurity.ChaCha20Poly1305, (VMessBodyOptions)0x1D, VMessCommand.Udp), padding: 15),
        VMessFixture.Plain(VMessFixture.Header(VMessSecurity.None, VMessBodyOptions.ChunkStream, VMessCommand.Mux), padding: 0),
        VMessFixture.Plain(VMessFixture.Header(VMessSecurity.Zero, VMessBodyOptions.None)),
        VMessFixture.Plain(VMessFixture.Header(VMessSecurity.LegacyCfb, VMessBodyOptions.ChunkStream)),
    ];

    private static readonly VMessRequestHeader Request = VMessFixture.Header(VMessSecurity.Aes128Gcm, VMessBodyFormat.DefaultOptions(VMessSecurity.Aes128Gcm));

    public static FuzzTarget Create() => new("vmess-header", "VMess: requests in both formats, unknown and known users, responses, auth ids, ids",
    [
        new FuzzCase("codec", RunCodec) { Seeds = Plain, MaxLength = 400 },
        new FuzzCase("stranger", static (bytes, observations) => Accept(bytes, observations, allowLegacy: false)) { Seeds = [.. Plain.Select(VMessFixture.Seal)] },
        new FuzzCase("sealed", static (bytes, observations) => Accept(VMessFixture.Seal(VMessFixture.WithChecksum(bytes)), observations, allowLegacy: false))
        {
            Seeds = Plain,
            MaxLength = 400,
        },
        new FuzzCase("legacy", static (bytes, observations) => Accept(VMessFixture.SealLegacy(VMessFixture.WithChecksum(bytes)), observations, allowLegacy: true))
        {
            Seeds = Plain,
            MaxLength = 400,
        },
        new FuzzCase("auth-id", RunAuthId) { Seeds = [new byte[16], AuthId()], MaxLength = 16 },
        new FuzzCase("response", static (bytes, observations) => ReadResponse(bytes, observations)) { Seeds = [SealResponse([Request.ResponseCheck, 0, 0, 0])], MaxLength = 400 },
        new FuzzCase("response-sealed", static (bytes, observations) => ReadResponse(SealResponse(bytes), observations))
        {
            Seeds = [[Request.ResponseCheck, 0, 0, 0], [Request.ResponseCheck, 0, 1, 3, 1, 2, 3]],
            MaxLength = 300,
        },
    ]);

    private static byte[] AuthId()
    {
        var bytes = new byte[VMessAuthId.Size];
        VMessAuthId.Write(bytes, VMessFixture.User.Id, VMessFixture.Now, [9, 9, 9, 9]);
        return bytes;
    }

    private static void RunCodec(byte[] bytes, Observations observations)
    {
        foreach (var plain in (byte[][])[bytes, VMessFixture.WithChecksum(bytes)])
        {
            var status = VMessRequestHeaderCodec.TryRead(plain, out var header, out var consumed);
            observations.Note(status);
            PropertyException.Require((status == OperationStatus.Done) == (header is not null) && consumed <= plain.Length, "a header is read where the status says so");
            if (header is null)
            {
                continue;
            }

            observations.Note(header.Security);
            observations.Note(header.Command);
            var written = VMessFixture.Plain(header);
            VMessRequestHeaderCodec.TryRead(written, out var again, out _);
            PropertyException.Require(
                again is not null && again.ToString() == header.ToString() && again.BodyKey.AsSpan().SequenceEqual(header.BodyKey) && again.BodyIv.AsSpan().SequenceEqual(header.BodyIv),
                "what was read is written so that it is read again");
        }
    }

    private static void RunAuthId(byte[] bytes, Observations observations)
    {
        Span<byte> plain = stackalloc byte[VMessAuthId.Size];
        bytes.CopyTo(plain);
        observations.Note(VMessAuthId.TryRead(plain, out var seconds));
        observations.NoteSize(seconds);
    }

    private static void Accept(byte[] request, Observations observations, bool allowLegacy)
    {
        using var server = VMessFixture.NewServer(allowLegacy);
        var connection = new FedConnection(request);
        var outcome = server.AcceptAsync(connection).GetAwaiter().GetResult();
        PropertyException.Require(connection.Writer.Written.IsEmpty, "a server does not answer before it has accepted");
        switch (outcome)
        {
            case VMessAcceptOutcome.Refused refused:
                PropertyException.Require(connection is { Reader.IsCompleted: true, Writer.IsCompleted: true }, "a refused connection is closed");
                PropertyException.Require(refused.Text.Length > 0 && !refused.Text.Any(char.IsControl), "a refusal has a text for one line");
                observations.Note(refused.Reason);
                observations.Note(refused.Text);
                break;
            case VMessAcceptOutcome.Accepted accepted:
                observations.Note(accepted.Command);
                observations.Note(accepted.Security);
                PipeEnd.Drain(accepted.Connection, observations);
                break;
        }
    }

    private static byte[] SealResponse(byte[] header)
    {
        var keys = new VMessBodyKeys(Request, legacy: false);
        var length = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)header.Length);
        return
        [
            .. Box(keys, "AEAD Resp Header Len Key"u8, "AEAD Resp Header Len IV"u8, length),
            .. Box(keys, "AEAD Resp Header Key"u8, "AEAD Resp Header IV"u8, header),
        ];
    }

    private static byte[] Box(VMessBodyKeys keys, ReadOnlySpan<byte> keyName, ReadOnlySpan<byte> ivName, byte[] plain)
    {
        Span<byte> key = stackalloc byte[16];
        Span<byte> iv = stackalloc byte[AeadCipher.NonceBytes];
        VMessKdf.Derive(keys.ResponseKey, new KdfPath(keyName), key);
        VMessKdf.Derive(keys.ResponseIv, new KdfPath(ivName), iv);
        var box = new byte[plain.Length + AeadCipher.TagBytes];
        KdfBox.Seal(key, iv, plain, box);
        return box;
    }

    private static void ReadResponse(byte[] response, Observations observations)
    {
        var keys = new VMessBodyKeys(Request, legacy: false);
        var (whole, wholeError) = Read(new ReadOnlySequence<byte>(response), keys);
        var (split, splitError) = Read(Split.Sequence(response), keys);
        PropertyException.Require(whole == split && wholeError == splitError, "a response does not depend on how it is split");
        observations.Note(wholeError);
        observations.Note((int)Math.Min(whole, 1));
    }

    /// <summary>The bytes taken, 0 where more are needed.</summary>
    private static (long Taken, string? Error) Read(ReadOnlySequence<byte> buffer, VMessBodyKeys keys)
    {
        var before = buffer.Length;
        try
        {
            var isWhole = VMessResponseHeader.TryRead(ref buffer, keys, Request.ResponseCheck);
            PropertyException.Require(isWhole || buffer.Length == before, "nothing is taken of a part");
            return (before - buffer.Length, null);
        }
        catch (VMessException exception)
        {
            return (0, exception.Message);
        }
    }
}
