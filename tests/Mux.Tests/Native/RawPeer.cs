using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using Google.Protobuf;
using Tunnel.Mux.Framing;
using Tunnel.Mux.Native;
using Tunnel.Testing.Pipes;

namespace Tunnel.Mux.Tests.Native;

/// <summary>A session with a peer that a test plays frame by frame, so that it may lie. The peer dialled: its streams are odd.</summary>
internal sealed class RawPeer : IAsyncDisposable
{
    private readonly IDuplexPipe _connection;
    private readonly List<IMuxStream> _streams = [];
    private bool _prefaceRead;
    private bool _prefaceSent;

    public RawPeer(MuxOptions? options = null, long pauseThreshold = 256 * 1024)
    {
        var (left, right) = DuplexPipePair.Create(Pool, pauseThreshold);
        _connection = left;
        Session = MuxSession.Start(right, isDialler: false, (options ?? new MuxOptions()) with { Pool = Pool });
    }

    public TrackingPool Pool { get; } = new();

    public MuxSession Session { get; }

    public PipeReader Input => _connection.Input;

    public PipeWriter Output => _connection.Output;

    public static byte[] Frame(FrameType type, uint streamId, byte[]? payload = null, FrameFlags flags = FrameFlags.None)
    {
        payload ??= [];
        var frame = new byte[FrameHeader.Size + payload.Length];
        new FrameHeader(payload.Length, type, flags, streamId).Write(frame);
        payload.CopyTo(frame, FrameHeader.Size);
        return frame;
    }

    public static byte[] OpenFrame(uint streamId) =>
        Frame(FrameType.Open, streamId, StreamMetadataCodec.ToWire(SessionPair.Metadata).ToByteArray());

    public static byte[] UInt32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    public Task SendPrefaceAsync(uint window = 256 * 1024, uint maxStreams = 1000)
    {
        _prefaceSent = true;
        var preface = new byte[Preface.Size];
        new Preface(window, maxStreams).Write(preface);
        return SendAsync(preface);
    }

    public Task SendFrameAsync(FrameType type, uint streamId, byte[]? payload = null, FrameFlags flags = FrameFlags.None) =>
        SendAsync(Frame(type, streamId, payload, flags));

    public async Task SendAsync(byte[] bytes) => await _connection.Output.WriteAsync(bytes);

    /// <summary>Opens a stream and accepts it on the session's side.</summary>
    public async Task<IMuxStream> OpenAsync(uint streamId)
    {
        await SendAsync(OpenFrame(streamId));
        return Own((await Session.AcceptAsync())!);
    }

    public IMuxStream Own(IMuxStream stream)
    {
        _streams.Add(stream);
        return stream;
    }

    public async Task<Preface> ReadPrefaceAsync()
    {
        _prefaceRead = true;
        return Preface.Read(await ReadAsync(Preface.Size));
    }

    public Task<(FrameHeader Header, byte[] Payload)> ReadResetAsync() => ReadFrameAsync(FrameType.Reset);

    /// <summary>The session's next frame of a type; those of other types are skipped, its pings answered.</summary>
    public async Task<(FrameHeader Header, byte[] Payload)> ReadFrameAsync(params FrameType[] types)
    {
        if (!_prefaceRead)
        {
            await ReadPrefaceAsync();
        }

        while (true)
        {
            var header = FrameHeader.Read(await ReadAsync(FrameHeader.Size));
            var payload = await ReadAsync(header.Length);
            if (types.Length == 0 || types.Contains(header.Type))
            {
                return (header, payload);
            }

            if (_prefaceSent && header.Type == FrameType.Ping && !header.Flags.HasFlag(FrameFlags.Ack))
            {
                try
                {
                    await SendFrameAsync(FrameType.Ping, 0, payload, FrameFlags.Ack);
                }
                catch (MuxSessionException)
                {
                    // The session has closed its input; what it sent before is still of interest.
                }
            }
        }
    }

    /// <summary>Fails unless the session ends of itself with this code.</summary>
    public async Task ExpectEndAsync(MuxErrorCode code)
    {
        var end = await Session.Completion.WaitAsync(Condition.Patience);
        Assert.True(end.Code == code, $"{end}");
        Assert.False(end.ByPeer, $"{end}");
        Assert.NotEmpty(end.Message);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.Output.CompleteAsync();
        await _connection.Input.CompleteAsync();
        await Session.DisposeAsync();
        foreach (var stream in _streams)
        {
            Assert.True(stream.Closed.IsCompletedSuccessfully);
            await stream.Input.CompleteAsync();
            await stream.Output.CompleteAsync();
        }

        Pool.AssertAllReturned();
        Assert.Equal(0, Session.Budget.Committed);
    }

    private async Task<byte[]> ReadAsync(int count)
    {
        if (count == 0)
        {
            return [];
        }

        var result = await _connection.Input.ReadAtLeastAsync(count).AsTask().WaitAsync(Condition.Patience);
        if (result.Buffer.Length < count)
        {
            _connection.Input.AdvanceTo(result.Buffer.Start);
            throw new EndOfStreamException("The session closed the connection.");
        }

        var bytes = result.Buffer.Slice(0, count).ToArray();
        _connection.Input.AdvanceTo(result.Buffer.GetPosition(count));
        return bytes;
    }
}
