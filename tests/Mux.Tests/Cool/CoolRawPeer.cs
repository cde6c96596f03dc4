using System.Buffers.Binary;
using System.IO.Pipelines;
using Tunnel.Mux.Cool;
using Tunnel.Mux.Cool.Framing;
using Tunnel.Testing.Pipes;

namespace Tunnel.Mux.Tests.Cool;

/// <summary>A session with a peer that a test plays frame by frame, as a V2Ray would or as none may.</summary>
internal sealed class CoolRawPeer : IAsyncDisposable
{
    private readonly IDuplexPipe _connection;
    private readonly List<IMuxStream> _streams = [];

    private CoolRawPeer(Func<IDuplexPipe, CoolOptions, CoolSession> start, CoolOptions? options, long pauseThreshold)
    {
        var (left, right) = DuplexPipePair.Create(Pool, pauseThreshold);
        _connection = left;
        Session = start(right, (options ?? new CoolOptions()) with { Pool = Pool });
    }

    public CoolRawPeer(CoolRole role, CoolOptions? options = null, long pauseThreshold = 256 * 1024)
        : this((connection, settings) => CoolSession.Start(connection, role, settings), options, pauseThreshold)
    {
    }

    public TrackingPool Pool { get; } = new();

    public CoolSession Session { get; }

    public PipeWriter Output => _connection.Output;

    /// <summary>A peer of a session that something else begins.</summary>
    public static CoolRawPeer Of(Func<IDuplexPipe, CoolOptions, CoolSession> start, CoolOptions? options = null) => new(start, options, 256 * 1024);

    public async Task SendAsync(params byte[][] frames)
    {
        foreach (var frame in frames)
        {
            await _connection.Output.WriteAsync(frame);
        }
    }

    /// <summary>Opens a stream and accepts it on the session's side, a responder's.</summary>
    public async Task<IMuxStream> OpenAsync(ushort id, Destination? destination = null)
    {
        await SendAsync(Frames.New(id, destination));
        return Own((await Session.AcceptAsync().AsTask().WaitAsync(Condition.Patience))!);
    }

    /// <summary>Has the session, an opener's, open a stream, and reads its New frame.</summary>
    public async Task<IMuxStream> BeOpenedAsync(Destination? destination = null)
    {
        var stream = Own(Session.TryOpen(new StreamMetadata(destination ?? Frames.Target))!);
        Assert.Equal(FrameStatus.New, (await ReadAsync()).Frame.Status);
        return stream;
    }

    public IMuxStream Own(IMuxStream stream)
    {
        _streams.Add(stream);
        return stream;
    }

    /// <summary>The session's next frame.</summary>
    public async Task<(CoolFrame Frame, byte[] Data)> ReadAsync()
    {
        var length = BinaryPrimitives.ReadUInt16BigEndian(await ReadBytesAsync(CoolFrames.LengthSize));
        var metadata = await ReadBytesAsync(length);
        var options = (FrameOptions)metadata[3];
        var status = (FrameStatus)metadata[2];
        var data = Array.Empty<byte>();
        if (options.HasFlag(FrameOptions.Data))
        {
            data = await ReadBytesAsync(BinaryPrimitives.ReadUInt16BigEndian(await ReadBytesAsync(CoolFrames.DataLengthSize)));
        }

        var destination = status == FrameStatus.New ? Frames.ReadAddress(metadata.AsSpan(5), (Network)metadata[4]) : null;
        return (new CoolFrame(BinaryPrimitives.ReadUInt16BigEndian(metadata), status, options, destination, data.Length), data);
    }

    public async Task ExpectEndAsync(ushort id, bool isError = false)
    {
        var (frame, _) = await ReadAsync();
        Assert.Equal(new CoolFrame(id, FrameStatus.End, isError ? FrameOptions.Error : FrameOptions.None, null, 0), frame);
    }

    public async Task ExpectDataAsync(ushort id, params byte[] data)
    {
        var (frame, read) = await ReadAsync();
        Assert.Equal(new CoolFrame(id, FrameStatus.Keep, FrameOptions.Data, null, data.Length), frame);
        Assert.Equal(data, read);
    }

    /// <summary>Fails if anything came from the session that was not read, by having it answer something for which it must.</summary>
    public async Task ExpectNothingAsync()
    {
        await SendAsync(Frames.Keep(0xFFF0, [1]));
        await ExpectEndAsync(0xFFF0);
    }

    /// <summary>Fails unless the session ends of itself with this code.</summary>
    public async Task ExpectSessionEndAsync(MuxErrorCode code)
    {
        var end = await Session.Completion.WaitAsync(Condition.Patience);
        Assert.True(end.Code == code, $"{end}");
        Assert.False(end.ByPeer, $"{end}");
        Assert.NotEmpty(end.Message);
    }

    public async Task<byte[]> ReadBytesAsync(int count)
    {
        if (count == 0)
        {
            return [];
        }

        var bytes = await TryReadBytesAsync(count);
        return bytes ?? throw new EndOfStreamException("The session closed the connection.");
    }

    /// <summary>Waits until something has come, and leaves it there.</summary>
    public async Task PeekAsync()
    {
        var result = await _connection.Input.ReadAsync().AsTask().WaitAsync(Condition.Patience);
        _connection.Input.AdvanceTo(result.Buffer.Start);
    }

    /// <summary>Fails unless the session closes the connection without another byte.</summary>
    public async Task ExpectCloseAsync() => Assert.Null(await TryReadBytesAsync(1));

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

        Assert.Equal(0, Session.StreamCount);
        await Condition.HoldsAsync(() => Session.Budget.Used == 0 && Pool.Rented == 0);
        Pool.AssertAllReturned();
    }

    private async Task<byte[]?> TryReadBytesAsync(int count)
    {
        var result = await _connection.Input.ReadAtLeastAsync(count).AsTask().WaitAsync(Condition.Patience);
        if (result.Buffer.Length < count)
        {
            _connection.Input.AdvanceTo(result.Buffer.Start);
            return null;
        }

        var position = result.Buffer.GetPosition(count);
        var bytes = System.Buffers.BuffersExtensions.ToArray(result.Buffer.Slice(0, position));
        _connection.Input.AdvanceTo(position);
        return bytes;
    }
}
