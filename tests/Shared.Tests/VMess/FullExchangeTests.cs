using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Tunnel.Shared.Tests.Relay;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Shared.VMess;
using Tunnel.Shared.VMess.Body;
using Tunnel.Shared.VMess.Cryptography;
using Tunnel.Shared.VMess.Headers;

namespace Tunnel.Shared.Tests.VMess;

public sealed class FullExchangeTests
{
    public static TheoryData<string, string> Exchanges => Vectors.Names("full_exchange", "full_exchange_v5");

    [Theory]
    [MemberData(nameof(Exchanges))]
    public async Task A_recorded_request_is_accepted_and_read(string file, string name)
    {
        var vector = Vectors.Case(file, name);
        var recorded = new RecordedExchange(vector);
        Assert.Equal((vector.Number("security"), vector.Number("option"), vector.Number("command")), (recorded.PlainHeader[35] & 15, (int)recorded.Header.Options, (int)recorded.Header.Command));
        foreach (var split in (int[])[1, 7, 5000])
        {
            using var server = new VMessServer(new VMessServerOptions
            {
                Users = [new VMessUser(VMessId.Generate()), new VMessUser(recorded.Id, "manual")],
                AllowLegacy = recorded.Legacy,
                TimeProvider = new FixedTime(recorded.UnixSeconds),
            });
            var pair = new DuplexPipePair();
            var sending = SendAsync(pair.Near.Output, recorded.Wire, split);
            var accepted = Assert.IsType<VMessAcceptOutcome.Accepted>(await server.AcceptAsync(pair.Far).WaitAsync(Wait.Bound));
            Assert.Equal("manual", accepted.User.Email);
            var bodies = Bodies(vector);
            if (accepted.Command == VMessCommand.Udp)
            {
                foreach (var datagram in bodies)
                {
                    var read = await accepted.Connection.Input.ReadAsync().AsTask().WaitAsync(Wait.Bound);
                    Assert.Equal(datagram, read.Buffer.ToArray());
                    accepted.Connection.Input.AdvanceTo(read.Buffer.End);
                }
            }

            byte[] expected = accepted.Command == VMessCommand.Udp ? [] : [.. bodies.SelectMany(static b => b)];
            Assert.Equal(expected, await Wait.ReadAllAsync(accepted.Connection.Input));
            await sending;

            // The answer, which differs from the recorded one by the random padding only.
            await accepted.Connection.Output.WriteAsync(vector.Hex("response_payload"));
            accepted.Connection.Output.Complete();
            accepted.Connection.Input.Complete();
            var answer = await Wait.ReadAllAsync(pair.Near.Input);
            var response = vector.Hex("response_wire");
            Assert.Equal(response.Length, answer.Length);
            Assert.Equal(response[..vector.Number("response_header_len")], answer[..vector.Number("response_header_len")]);
            var decoded = Decode(recorded, answer, vector.Number("response_header_len"), response: true);
            Assert.Equal(vector.Hex("response_payload"), decoded.SelectMany(static b => b));
        }
    }

    [Theory]
    [MemberData(nameof(Exchanges))]
    public void The_same_request_is_encoded_to_the_same_bytes(string file, string name)
    {
        var vector = Vectors.Case(file, name);
        var recorded = new RecordedExchange(vector);
        var output = new ArrayBufferWriter<byte>();
        if (recorded.Legacy)
        {
            WriteLegacyRequest(output, recorded);
        }
        else
        {
            VMessClient.WriteRequest(output, recorded.Id, recorded.Header, recorded.UnixSeconds, recorded.HeaderDraws());
        }

        Assert.Equal(recorded.HeaderLength, output.WrittenCount);
        var body = recorded.Wire.AsSpan(recorded.HeaderLength);
        if (!recorded.Format.IsChunked)
        {
            foreach (var payload in Bodies(vector))
            {
                output.Write(payload);
            }
        }
        else
        {
            var (_, padding) = recorded.Walk(body, response: false);
            using var encoder = new ChunkEncoder(recorded.Format, recorded.Keys, response: false, RecordedExchange.Replay(padding));
            foreach (var (payload, end) in Bodies(vector).Zip(vector.Numbers("body_chunk_end_offsets")))
            {
                encoder.Write(new ReadOnlySequence<byte>(payload), output);
                Assert.Equal(end, output.WrittenCount);
            }

            encoder.Write(ReadOnlySequence<byte>.Empty, output);
        }

        Assert.Equal(recorded.Wire, output.WrittenSpan.ToArray());
    }

    [Theory]
    [MemberData(nameof(Exchanges))]
    public void The_same_response_is_encoded_to_the_same_bytes_and_decoded(string file, string name)
    {
        var vector = Vectors.Case(file, name);
        var recorded = new RecordedExchange(vector);
        var wire = vector.Hex("response_wire");
        var payload = vector.Hex("response_payload");
        var headerLength = vector.Number("response_header_len");
        var output = new ArrayBufferWriter<byte>();
        var body = wire.AsSpan(headerLength);
        var sameStream = recorded is { Legacy: true, Header.Security: VMessSecurity.LegacyCfb };
        var padding = recorded.Format.IsChunked ? recorded.Walk(body, response: true, sameStream).PaddingBytes : [];
        using var encoder = recorded.Format.IsChunked
            ? new ChunkEncoder(recorded.Format, recorded.Keys, response: true, RecordedExchange.Replay(padding))
            : null;
        if (recorded.Legacy)
        {
            using var own = new AesCfb128(recorded.Keys.ResponseKey, recorded.Keys.ResponseIv);
            VMessResponseHeader.WriteLegacy(output, recorded.Header.ResponseCheck, encoder!.LegacyStream ?? own);
        }
        else
        {
            VMessResponseHeader.Write(output, recorded.Keys, recorded.Header.ResponseCheck);
        }

        Assert.Equal(headerLength, output.WrittenCount);
        if (encoder is null)
        {
            output.Write(payload);
        }
        else
        {
            encoder.Write(new ReadOnlySequence<byte>(payload), output);
            encoder.Write(ReadOnlySequence<byte>.Empty, output);
        }

        Assert.Equal(wire, output.WrittenSpan.ToArray());
        Assert.Equal(payload, Decode(recorded, wire, headerLength, response: true).SelectMany(static b => b));
    }

    [Theory]
    [MemberData(nameof(Exchanges))]
    public async Task A_recorded_response_is_read_by_the_client(string file, string name)
    {
        var vector = Vectors.Case(file, name);
        var recorded = new RecordedExchange(vector);
        if (recorded.Legacy)
        {
            return;
        }

        var pair = new DuplexPipePair();
        await using var client = VMessConnection.OfClient(pair.Near, recorded.Header, static _ => { }, TimeProvider.System, pool: null);
        await SendAsync(pair.Far.Output, vector.Hex("response_wire"), 3);
        Assert.Equal(vector.Hex("response_payload"), await Wait.ReadAllAsync(client.Input));
    }

    /// <summary>What the vectors say the bodies are: for each size, bytes that count from 0.</summary>
    private static List<byte[]> Bodies(JsonElement vector) =>
        [.. vector.Numbers("body_payload_sizes").Select(static size => Enumerable.Range(0, size).Select(static i => (byte)i).ToArray())];

    private static List<byte[]> Decode(RecordedExchange recorded, byte[] wire, int headerLength, bool response)
    {
        var input = new ReadOnlySequence<byte>(wire);
        if (!recorded.Legacy)
        {
            Assert.True(VMessResponseHeader.TryRead(ref input, recorded.Keys, recorded.Header.ResponseCheck));
            Assert.Equal(wire.Length - headerLength, input.Length);
        }
        else
        {
            var header = wire[..headerLength];
            using var cipher = new AesCfb128(recorded.Keys.ResponseKey, recorded.Keys.ResponseIv);
            cipher.Decrypt(header);
            Assert.Equal([recorded.Header.ResponseCheck, 0, 0, 0], header);
            input = input.Slice(headerLength);
            if (recorded.Header.Security == VMessSecurity.LegacyCfb)
            {
                // The legacy client's own way, which this project does not have: the body is in the header's stream.
                var body = input.ToArray();
                cipher.Decrypt(body);
                Assert.Equal(0, body[0]);
                return [body[6..(2 + body[1])]];
            }
        }

        if (!recorded.Format.IsChunked)
        {
            return [input.ToArray()];
        }

        var chunks = new List<byte[]>();
        using var decoder = new ChunkDecoder(recorded.Format with { Datagrams = true }, recorded.Keys, response);
        var output = new ArrayBufferWriter<byte>();
        while (decoder.Decode(ref input, output) && !decoder.Ended)
        {
            chunks.Add(output.WrittenSpan.ToArray());
            output.ResetWrittenCount();
        }

        Assert.True(decoder.Ended);
        return chunks;
    }

    private static void WriteLegacyRequest(ArrayBufferWriter<byte> output, RecordedExchange recorded)
    {
        var hash = new byte[VMessLegacyHeader.HashBytes];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(hash, VMessLegacyHeader.AuthenticationHash(recorded.Id.Bytes, recorded.UnixSeconds));
        output.Write(hash);
        var plain = new byte[VMessRequestHeaderCodec.MaxBytes];
        var padding = recorded.PlainHeader.AsSpan(recorded.PlainHeader.Length - 4 - recorded.HeaderPadding, recorded.HeaderPadding);
        var length = VMessRequestHeaderCodec.Write(plain, recorded.Header, padding);
        Assert.Equal(recorded.PlainHeader, plain[..length]);
        using var cipher = VMessLegacyHeader.CreateCipher(recorded.Id, recorded.UnixSeconds);
        cipher.Encrypt(plain.AsSpan(0, length));
        output.Write(plain.AsSpan(0, length));
    }

    private static async Task SendAsync(PipeWriter sender, byte[] bytes, int split)
    {
        foreach (var piece in bytes.Chunk(split))
        {
            await sender.WriteAsync(piece);
        }

        await sender.CompleteAsync();
    }
}
