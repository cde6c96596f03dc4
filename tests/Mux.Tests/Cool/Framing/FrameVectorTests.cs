using System.Text.Json;
using Tunnel.Mux.Cool.Framing;

namespace Tunnel.Mux.Tests.Cool.Framing;

/// <summary>Single frames of V2Ray's library code, read and written; its sequences are in <see cref="SequenceVectorTests"/>.</summary>
public sealed class FrameVectorTests
{
    [Fact]
    public void Addresses_are_read_and_written()
    {
        var cases = Vectors.Cases("addresses.json").ToList();
        Assert.Equal(8, cases.Count);
        foreach (var vector in cases)
        {
            var encoded = vector.Bytes("encoded");
            var read = Frames.ReadAddress(encoded, Network.Tcp);
            Assert.Equal(vector.Host("address"), read.Host);
            Assert.Equal(vector.Number("port"), read.Port);

            var span = new byte[DestinationCodec.MaxBytes];
            var length = DestinationCodec.Write(span, new Destination(Network.Tcp, vector.Host("address"), vector.Number("port")));
            Assert.Equal(encoded, span[..length]);
        }
    }

    [Fact]
    public void Frames_are_read_and_written()
    {
        var cases = Vectors.Cases("mux_frames.json").Where(vector => vector.TryGetProperty("frame", out _)).ToList();
        Assert.Equal(14, cases.Count);
        foreach (var vector in cases)
        {
            var bytes = vector.Bytes("frame");
            var (frame, data) = Assert.Single(CoolFrameRecorder.Decode(bytes).Frames);
            Assert.Empty(data);
            Assert.Equal(vector.Number("session"), frame.Id);
            Assert.Equal(vector.Number("status"), (int)frame.Status);
            Assert.Equal(vector.Number("option"), (int)frame.Options);
            if (frame.Status == FrameStatus.New)
            {
                Assert.Equal(Expected(vector), frame.Destination);
                Assert.Equal(bytes, Frames.New(frame.Id, Expected(vector)));
            }
            else if (frame.Status == FrameStatus.End)
            {
                Assert.Equal(bytes, Frames.End(frame.Id, frame.IsError));
            }
        }
    }

    [Fact]
    public void The_recorded_conversations_are_read_and_written()
    {
        var frames = Vectors.Cases("wire_capture_4_34.json")
            .SelectMany(conversation => conversation.GetProperty("server_to_client_frames").EnumerateArray())
            .ToList();
        Assert.Equal(34, frames.Count);
        foreach (var vector in frames)
        {
            var metadata = vector.Bytes("meta");
            var hasData = vector.TryGetProperty("data_len", out _);
            byte[] data = vector.TryGetProperty("data", out _) ? vector.Bytes("data") : new byte[hasData ? vector.Number("data_len") : 0];
            byte[] bytes = Raw(metadata, hasData ? data : null);
            var (frame, read) = Assert.Single(CoolFrameRecorder.Decode(bytes).Frames);
            Assert.Equal(data, read);
            Assert.Equal(vector.Number("session"), frame.Id);
            Assert.Equal(vector.Text("status"), frame.Status.ToString());
            Assert.Equal(hasData, frame.HasData);
            if (frame.Status == FrameStatus.New)
            {
                var destination = new Destination((Network)vector.Number("network"), vector.Host("host"), vector.Number("port"));
                Assert.Equal(destination, frame.Destination);
                Assert.Equal(bytes, Frames.New(frame.Id, destination, data));
            }
            else
            {
                Assert.Equal(bytes, frame.Status == FrameStatus.End ? Frames.End(frame.Id) : Frames.Keep(frame.Id, data));
            }
        }
    }

    private static byte[] Raw(byte[] metadata, byte[]? data) =>
        [0, (byte)metadata.Length, .. metadata, .. data is null ? [] : Frames.Datagram(data)];

    private static Destination Expected(JsonElement vector) =>
        new(vector.Text("network") == "udp" ? Network.Udp : Network.Tcp, vector.Host("address"), vector.Number("port"));
}
