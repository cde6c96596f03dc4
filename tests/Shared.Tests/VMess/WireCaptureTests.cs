using System.Buffers;
using System.Text.Json;
using Tunnel.Shared.Tests.Relay;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Shared.VMess;
using Tunnel.Shared.VMess.Body;
using Tunnel.Shared.VMess.Headers;

namespace Tunnel.Shared.Tests.VMess;

/// <summary>What two real V2Ray 4.34 said to each other. The directions were cut off where the recording stopped.</summary>
public sealed class WireCaptureTests
{
    public static TheoryData<string, string> Captures => Vectors.Names("wire_capture_4_34");

    [Theory]
    [MemberData(nameof(Captures))]
    public async Task A_real_bridge_is_accepted(string file, string name)
    {
        var capture = Vectors.Case(file, name);
        using var server = new VMessServer(new VMessServerOptions
        {
            Users = [new VMessUser(KeyTests.Id(capture.Text("uuid")))],
            TimeProvider = new FixedTime(capture.GetProperty("auth_id_time").GetInt64() + 118),
        });
        var pair = new DuplexPipePair();
        await pair.Near.Output.WriteAsync(capture.Hex("client_to_server"));
        var accepted = Assert.IsType<VMessAcceptOutcome.Accepted>(await server.AcceptAsync(pair.Far).WaitAsync(Wait.Bound));
        Assert.Equal((VMessCommand.Tcp, VMessSecurity.Aes128Gcm, "tcp:test.v2fly.org:0"), (accepted.Command, accepted.Security, accepted.Destination?.ToString()));
        accepted.Connection.Input.Complete();
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void Its_request_is_encoded_to_the_same_bytes(string file, string name)
    {
        var capture = Vectors.Case(file, name);
        var recorded = Recorded(capture);
        Assert.Equal(capture.Hex("request_header_plain"), recorded.PlainHeader);
        Assert.Equal(capture.GetProperty("auth_id_time").GetInt64(), recorded.UnixSeconds);
        Assert.Equal(capture.Hex("auth_id_random4"), recorded.AuthIdRandom);
        var output = new ArrayBufferWriter<byte>();
        VMessClient.WriteRequest(output, recorded.Id, recorded.Header, recorded.UnixSeconds, recorded.HeaderDraws());
        Assert.Equal(recorded.Wire[..recorded.HeaderLength], output.WrittenSpan.ToArray());
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public async Task The_portals_answer_is_read_and_holds_the_recorded_frames(string file, string name)
    {
        var capture = Vectors.Case(file, name);
        var recorded = Recorded(capture);
        var wire = capture.Hex("server_to_client");
        var chunks = recorded.Walk(wire.AsSpan(38), response: true).Chunks;
        var expected = capture.GetProperty("server_to_client_chunks").EnumerateArray()
            .Select(static c => (c.Number("size_field_value"), c.Number("padding"))).ToList();
        Assert.Equal(expected, chunks.Take(expected.Count));

        var pair = new DuplexPipePair();
        await using var client = VMessConnection.OfClient(pair.Near, recorded.Header, static _ => { }, TimeProvider.System, pool: null);
        var sending = SendAsync();
        var plain = await Wait.ReadExactAsync(client.Input, chunks.Sum(static c => c.Value - c.Padding - 16));
        await sending;
        AssertFrames(capture, plain);

        // The last chunk may be whole but for its padding.
        var exception = await Assert.ThrowsAsync<VMessException>(() => Wait.ReadAllAsync(client.Input));
        Assert.Equal(VMessError.Truncated, exception.Error);

        async Task SendAsync()
        {
            foreach (var piece in wire.Chunk(11))
            {
                await pair.Far.Output.WriteAsync(piece);
            }

            pair.Far.Output.Complete();
        }
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void The_portals_answer_is_encoded_to_the_same_bytes(string file, string name)
    {
        var capture = Vectors.Case(file, name);
        var recorded = Recorded(capture);
        var wire = capture.Hex("server_to_client");
        var (chunks, padding) = recorded.Walk(wire.AsSpan(38), response: true);
        var output = new ArrayBufferWriter<byte>();
        VMessResponseHeader.Write(output, recorded.Keys, recorded.Header.ResponseCheck);
        var input = new ReadOnlySequence<byte>(wire.AsMemory(38));
        using var decoder = new ChunkDecoder(recorded.Format with { Datagrams = true }, recorded.Keys, response: true);
        using var encoder = new ChunkEncoder(recorded.Format, recorded.Keys, response: true, RecordedExchange.Replay(padding));
        var payload = new ArrayBufferWriter<byte>();
        foreach (var (value, padded) in chunks)
        {
            Assert.True(decoder.Decode(ref input, payload));
            Assert.Equal(value - padded - 16, payload.WrittenCount);
            encoder.Write(new ReadOnlySequence<byte>(payload.WrittenMemory), output);
            payload.ResetWrittenCount();
        }

        Assert.Equal(wire[..output.WrittenCount], output.WrittenSpan.ToArray());
    }

    private static RecordedExchange Recorded(JsonElement capture) =>
        new(capture.Text("uuid"), capture.Hex("client_to_server"), capture.Number("request_header_len"), legacy: false);

    private static void AssertFrames(JsonElement capture, byte[] plain)
    {
        var at = 0;
        foreach (var frame in capture.GetProperty("server_to_client_frames").EnumerateArray())
        {
            var meta = frame.Hex("meta");
            Assert.Equal([0, (byte)meta.Length, .. meta], plain[at..(at + 2 + meta.Length)]);
            at += 2 + meta.Length;
            if (!frame.TryGetProperty("data_len", out var dataLength))
            {
                continue;
            }

            Assert.Equal(dataLength.GetInt32(), (plain[at] << 8) | plain[at + 1]);
            if (frame.TryGetProperty("data", out _))
            {
                Assert.Equal(frame.Hex("data"), plain[(at + 2)..(at + 2 + dataLength.GetInt32())]);
            }

            at += 2 + dataLength.GetInt32();
        }
    }
}
