using System.Security.Cryptography;
using System.Text.Json;
using Tunnel.Mux.Cool;

namespace Tunnel.Mux.Tests.Cool;

/// <summary>Sessions write the very bytes of V2Ray's library code, and read them.</summary>
public sealed class SequenceVectorTests
{
    private const ushort Id = 5;

    public static TheoryData<int> Openers => [0, 1, 2, 3];

    [Theory]
    [MemberData(nameof(Openers))]
    public async Task An_opener_writes_what_V2Ray_writes(int index)
    {
        var vector = Sequence(index);
        var expected = vector.GetProperty("frames").EnumerateArray().Select(frame => frame.GetString()!).ToList();
        var (writes, destination) = Writes(vector);

        // The connection takes one flush and then nothing until it is read: what is written by then goes with the New frame.
        await using var peer = new CoolRawPeer(CoolRole.Opener, new CoolOptions { DelayEndUntilResponseEnds = false }, pauseThreshold: 1);
        for (var id = 1; id < Id; id++)
        {
            peer.Own(peer.Session.TryOpen(new StreamMetadata(Frames.Target))!);
        }

        await peer.PeekAsync();
        var stream = peer.Own(peer.Session.TryOpen(new StreamMetadata(destination))!);
        for (var i = 0; i < writes.Length; i++)
        {
            if (writes[i].Length > 0)
            {
                await stream.Output.WriteAsync(Framed(writes[i], destination));
            }

            if (i == 0)
            {
                await peer.ReadBytesAsync(Frames.New(1).Length * (Id - 1));
            }

            if (i < writes.Length - 1)
            {
                await ExpectAsync(peer, expected[i]);
            }
        }

        await stream.Output.CompleteAsync();
        foreach (var frame in expected.Skip(writes.Length - 1))
        {
            await ExpectAsync(peer, frame);
        }
    }

    [Fact]
    public async Task A_responder_writes_what_V2Ray_writes()
    {
        var vector = Sequence(4);
        await using var peer = new CoolRawPeer(CoolRole.Responder);
        var stream = await peer.OpenAsync(Id);
        foreach (var write in Writes(vector).Writes)
        {
            await stream.Output.WriteAsync(write);
        }

        await stream.Output.CompleteAsync();
        foreach (var frame in vector.GetProperty("frames").EnumerateArray())
        {
            await ExpectAsync(peer, frame.GetString()!);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_responder_reads_what_V2Ray_writes(int index)
    {
        var vector = Sequence(index);
        var (writes, destination) = Writes(vector);
        await using var peer = new CoolRawPeer(CoolRole.Responder);
        await peer.SendAsync([.. vector.GetProperty("frames").EnumerateArray().Select(frame => Convert.FromHexString(frame.GetString()!))]);
        var stream = peer.Own((await peer.Session.AcceptAsync())!);
        Assert.Equal(destination, stream.Metadata.Destination);
        Assert.Equal(writes.SelectMany(write => Framed(write, destination)), await stream.Input.ReadAllAsync());
    }

    private static JsonElement Sequence(int index) =>
        Vectors.Cases("mux_frames.json").Where(vector => vector.TryGetProperty("frames", out _)).ElementAt(index);

    private static (byte[][] Writes, Destination Destination) Writes(JsonElement vector)
    {
        var writes = vector.GetProperty("writes").EnumerateArray()
            .Select(write => write.GetString()!)
            .Select(write => write.Contains("bytes", StringComparison.Ordinal)
                ? [.. Enumerable.Range(0, 20_000).Select(i => (byte)i)]
                : Convert.FromHexString(write))
            .ToArray();
        var name = vector.Text("name");
        var destination = name.Contains("udp", StringComparison.Ordinal) ? Frames.UdpTarget
            : name.Contains("no payload", StringComparison.Ordinal) ? new Destination(Network.Tcp, "example.test", 443)
            : Frames.Target;
        return (writes, destination);
    }

    private static byte[] Framed(byte[] write, Destination destination) => destination.Network == Network.Udp ? Frames.Datagram(write) : write;

    private static async Task ExpectAsync(CoolRawPeer peer, string frame)
    {
        if (!frame.StartsWith("len=", StringComparison.Ordinal))
        {
            Assert.Equal(frame, Convert.ToHexStringLower(await peer.ReadBytesAsync(frame.Length / 2)));
            return;
        }

        var parts = frame.Split(' ').Select(part => part.Split('=')[1]).ToArray();
        var bytes = await peer.ReadBytesAsync(int.Parse(parts[0]));
        Assert.Equal(parts[1], Convert.ToHexStringLower(bytes.AsSpan(0, parts[1].Length / 2)));
        Assert.Equal(parts[2], Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }
}
