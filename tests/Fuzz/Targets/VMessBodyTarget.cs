using System.Buffers;
using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Shared.VMess;
using Tunnel.Shared.VMess.Body;
using Tunnel.Shared.VMess.Headers;
using Tunnel.Testing.Pipes;

namespace Tunnel.Fuzz.Targets;

/// <summary>The chunks of a VMess body in every format.</summary>
internal static class VMessBodyTarget
{
    private static readonly VMessRequestHeader[] Formats = [.. AllFormats()];

    public static FuzzTarget Create() => new("vmess-body", "VMess: chunks in all formats, forged and changed, and a server's connection over them",
    [
        new FuzzCase("chunks", RunChunks) { Seeds = [.. Enumerable.Range(0, Formats.Length).Select(static format => Encoded(format))], MaxLength = 2048 },
        new FuzzCase("changed", RunChanged) { Seeds = [.. Enumerable.Range(0, Formats.Length).Select(static format => (byte[])[(byte)format, 3, 0, 9, 1, 200, 0, 0, 5])], MaxLength = 64 },
        new FuzzCase("connection", RunConnection) { Seeds = [.. Enumerable.Range(0, Formats.Length).Select(static format => Encoded(format))], MaxLength = 2048 },
    ]);

    private static IEnumerable<VMessRequestHeader> AllFormats()
    {
        foreach (var security in (VMessSecurity[])[VMessSecurity.Aes128Gcm, VMessSecurity.ChaCha20Poly1305, VMessSecurity.None, VMessSecurity.LegacyCfb, VMessSecurity.Zero])
        {
            foreach (var options in (int[])[0, 1, 5, 13, 29])
            {
                foreach (var command in (VMessCommand[])[VMessCommand.Tcp, VMessCommand.Udp])
                {
                    var header = VMessFixture.Header(security, (VMessBodyOptions)options, command);
                    if (VMessConnection.FormatOf(header).IsValid)
                    {
                        yield return header;
                    }
                }
            }
        }
    }

    private static byte[] Encoded(int format)
    {
        var header = Formats[format];
        byte[] body = VMessConnection.FormatOf(header).IsChunked ? Encode(header, [1, 40, 0]) : [1, 2, 3];
        return [(byte)format, .. body];
    }

    private static byte[] Encode(VMessRequestHeader header, ReadOnlySpan<byte> lengths)
    {
        using var encoder = new ChunkEncoder(VMessConnection.FormatOf(header), new VMessBodyKeys(header, legacy: false), response: false, static padding => padding.Clear());
        var output = new ArrayBufferWriter<byte>();
        var next = (byte)1;
        foreach (var length in lengths)
        {
            var payload = new byte[length];
            payload.AsSpan().Fill(next++);
            encoder.Write(new ReadOnlySequence<byte>(payload), output);
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>The first byte chooses the format, the rest is the body.</summary>
    private static bool TryTake(byte[] bytes, out VMessRequestHeader header, out byte[] body)
    {
        header = Formats[bytes.Length == 0 ? 0 : bytes[0] % Formats.Length];
        body = bytes.Length == 0 ? [] : bytes[1..];
        return VMessConnection.FormatOf(header).IsChunked;
    }

    private static void RunChunks(byte[] bytes, Observations observations)
    {
        if (!TryTake(bytes, out var header, out var body))
        {
            return;
        }

        var (whole, wholeError, wholeRest) = Decode(header, [body]);
        var (split, splitError, splitRest) = Decode(header, Split.Pieces(body));
        PropertyException.Require(wholeError == splitError, "an error does not depend on how chunks are split");
        PropertyException.Require(whole.AsSpan().SequenceEqual(split), "payload does not depend on how chunks are split");
        PropertyException.Require(wholeError is not null || wholeRest == splitRest, "what is consumed does not depend on how chunks are split");
        PropertyException.Require(whole.Length <= body.Length, "payload is not longer than its chunks");
        observations.Note(header.ToString().Length);
        observations.Note(wholeError);
        observations.NoteSize(whole.Length);
    }

    private static (byte[] Payload, string? Error, long Left) Decode(VMessRequestHeader header, IEnumerable<byte[]> pieces)
    {
        var format = VMessConnection.FormatOf(header);
        using var decoder = new ChunkDecoder(format, new VMessBodyKeys(header, legacy: false), response: false);
        using var reader = new FedPipeReader(pieces);
        var output = new ArrayBufferWriter<byte>();
        while (true)
        {
            reader.TryRead(out var read);
            var rest = read.Buffer;
            try
            {
                while (decoder.Decode(ref rest, output) && format.Datagrams && !decoder.Ended)
                {
                    // One datagram at a time.
                }
            }
            catch (VMessException exception)
            {
                return (output.WrittenSpan.ToArray(), exception.Message, 0);
            }

            reader.AdvanceTo(rest.Start, read.Buffer.End);
            if (read.IsCompleted || decoder.Ended)
            {
                return (output.WrittenSpan.ToArray(), null, decoder.Ended ? 0 : rest.Length);
            }
        }
    }

    /// <summary>
    /// Format, number of chunks, their lengths, then pairs: where a byte is changed, and how. What is authenticated may be cut by
    /// a change, but nothing else comes out.
    /// </summary>
    private static void RunChanged(byte[] bytes, Observations observations)
    {
        if (!TryTake(bytes, out var header, out var plan) || plan.Length == 0)
        {
            return;
        }

        var count = Math.Min(plan[0] % 8, plan.Length - 1);
        var lengths = plan.AsSpan(1, count).ToArray();
        var expected = ExpectedOf(lengths);
        var wire = Encode(header, [.. lengths, 0]);
        foreach (var change in plan.Skip(1 + count).Chunk(3).Where(static change => change.Length == 3))
        {
            wire[((change[0] << 8) | change[1]) % wire.Length] ^= change[2];
        }

        var (payload, error, _) = Decode(header, Split.Pieces(wire));
        observations.Note(error);
        observations.Note(expected.AsSpan().SequenceEqual(payload));
        PropertyException.Require(!VMessConnection.FormatOf(header).IsAead || expected.AsSpan().StartsWith(payload), "a changed chunk is never believed");
        PropertyException.Require(plan.Length >= 1 + count + 3 || payload.AsSpan().SequenceEqual(expected), "what was encoded is decoded");
    }

    /// <summary>The payloads that <see cref="Encode"/> fills in, up to the end chunk.</summary>
    private static byte[] ExpectedOf(byte[] lengths)
    {
        var next = (byte)1;
        return [.. lengths.TakeWhile(static length => length > 0).SelectMany(length => Enumerable.Repeat(next++, length))];
    }

    private static void RunConnection(byte[] bytes, Observations observations)
    {
        TryTake(bytes, out var header, out var body);
        using var pool = new TrackingPool();
        var connection = new FedConnection(body);
        using (var drained = new MemoryStream())
        {
            drained.Write(PipeEnd.Drain(VMessConnection.OfServer(connection, header, legacy: header.Security == VMessSecurity.LegacyCfb, VMessFixture.Time, pool), observations));
            PropertyException.Require(drained.Length <= body.Length, "payload is not longer than its chunks");
        }

        PropertyException.Require(connection is { Reader.IsCompleted: true, Writer.IsCompleted: true }, "the transport is completed with the connection");
        pool.AssertAllReturned();
    }
}
