using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Tunnel.Mux;
using Tunnel.Shared.Replay;
using Tunnel.Shared.Transport;
using Tunnel.Testing.Net;

namespace Tunnel.Shared.Tests.Replay;

/// <summary>On a real socket: what is read while a visitor waits, and what is left for whoever serves it.</summary>
#pragma warning disable CA1001 // DisposeAsync of xunit's interface disposes them.
public sealed class ReplayableConnectionTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly TaskCompletionSource _until = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Transport.TrackingPool _pool = new();
    private Socket _visitor = null!;
    private SocketConnection _connection = null!;

    public async Task InitializeAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _visitor = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await _visitor.ConnectAsync(listener.LocalEndPoint!);
        _connection = new SocketConnection(await listener.AcceptAsync(), _pool);
    }

    public async Task DisposeAsync()
    {
        _connection.Abort();
        await _connection.Output.CompleteAsync(new IOException("the test is over"));
        await _connection.Input.CompleteAsync();
        await _connection.DisposeAsync();
        _visitor.Dispose();
    }

    [Fact]
    public async Task Of_a_visitor_who_waits_little_is_read_and_nothing_is_lost()
    {
        // More than the buffers of both sockets can grow to.
        const int Length = 32 * 1024 * 1024;
        var replayable = new ReplayableConnection(_connection);
        var waiting = replayable.WaitAsync(_until.Task);
        var sending = Task.Run(() => SendPattern(Length));
        await WaitUntilReadStandsAsync();
        Assert.False(sending.IsCompleted);

        _until.SetResult();
        Assert.True(await waiting.WaitAsync(Limit));
        var pipe = replayable.Begin();
        var first = await pipe.Input.ReadAsync();
        Assert.InRange(first.Buffer.Length, 1, 32 * 1024);
        pipe.Input.AdvanceTo(first.Buffer.Start);
        await VerifyPatternAsync(pipe.Input, Length);
        await sending.WaitAsync(Limit);
        replayable.Finish();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task It_waits_and_is_given_away_many_times(int length)
    {
        var replayable = new ReplayableConnection(_connection);
        SendPattern(length);
        for (var turn = 0; turn < 4; turn++)
        {
            var until = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var waiting = replayable.WaitAsync(until.Task);
            Assert.False(waiting.IsCompleted);
            until.SetResult();
            Assert.True(await waiting.WaitAsync(Limit));

            var pipe = replayable.Begin();
            if (length > 0)
            {
                await VerifyPatternAsync(pipe.Input, length);
            }

            await pipe.Output.CompleteAsync(new MuxStreamException(MuxErrorCode.Refused, "not here"));
            await pipe.Input.CompleteAsync();
            Assert.True(await replayable.CanRepeatAsync());
        }

        replayable.Finish();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_who_was_answered_and_says_nothing_more_holds_no_block(bool readerWaits)
    {
        using var limit = new CancellationTokenSource(Limit);
        var replayable = new ReplayableConnection(_connection);
        SendPattern(10);
        var pipe = replayable.Begin();
        await VerifyPatternAsync(pipe.Input, 10);
        var reading = readerWaits ? pipe.Input.ReadAsync(limit.Token).AsTask() : null;
        Assert.Equal(1, _pool.Rented);

        await pipe.Output.WriteAsync("answer"u8.ToArray(), limit.Token);
        reading ??= pipe.Input.ReadAsync(limit.Token).AsTask();
        while (_pool.Rented > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), limit.Token);
        }

        Assert.False(reading.IsCompleted);
        SendPattern(5);
        var read = await reading;
        Assert.Equal(5, read.Buffer.Length);
        Assert.False(read.IsCanceled);
        pipe.Input.AdvanceTo(read.Buffer.End);
        SendPattern(3);
        read = await pipe.Input.ReadAsync(limit.Token);
        Assert.Equal((3, false), (read.Buffer.Length, read.IsCanceled));
        pipe.Input.AdvanceTo(read.Buffer.End);
        await pipe.Input.CompleteAsync();
        await pipe.Output.CompleteAsync();
        replayable.Finish();
    }

    [Fact]
    public async Task One_who_leaves_after_it_has_sent_something_is_noticed_by_its_reset()
    {
        var replayable = new ReplayableConnection(_connection);
        SendPattern(10);
        var waiting = replayable.WaitAsync(_until.Task);
        _visitor.LingerState = new LingerOption(enable: true, seconds: 0);
        _visitor.Close();
        Assert.False(await waiting.WaitAsync(Limit));
        await replayable.AbortAsync(new IOException("gone"));
    }

    [Fact]
    public async Task An_answer_of_our_own_reaches_a_visitor_of_whom_not_all_was_read()
    {
        var replayable = new ReplayableConnection(_connection);
        SendPattern(100_000);
        _until.SetResult();
        Assert.True(await replayable.WaitAsync(_until.Task).WaitAsync(Limit));

        await replayable.AnswerAsync("sorry"u8.ToArray(), CancellationToken.None);
        await _connection.DisposeAsync();
        var buffer = new byte[100];
        using var limit = new CancellationTokenSource(Limit);
        Assert.Equal(5, await _visitor.ReceiveAsync(buffer, limit.Token));
        Assert.Equal(0, await _visitor.ReceiveAsync(buffer, limit.Token));
    }

    private void SendPattern(int length)
    {
        for (var sent = 0; sent < length;)
        {
            var slice = Math.Min(Pattern.MaxSlice, length - sent);
            _visitor.Send(Pattern.At(sent, slice).Span);
            sent += slice;
        }
    }

    /// <summary>Until the visitor can send no more: its buffer and ours are full.</summary>
    private async Task WaitUntilReadStandsAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        while (_visitor.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectWrite))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }

    private static async Task VerifyPatternAsync(PipeReader reader, long length)
    {
        using var limit = new CancellationTokenSource(Limit);
        for (var offset = 0L; offset < length;)
        {
            var read = await reader.ReadAsync(limit.Token);
            foreach (var segment in read.Buffer)
            {
                for (var rest = segment; !rest.IsEmpty;)
                {
                    var slice = Math.Min(rest.Length, Pattern.MaxSlice);
                    Pattern.Verify(offset, rest.Span[..slice]);
                    offset += slice;
                    rest = rest[slice..];
                }
            }

            reader.AdvanceTo(read.Buffer.End);
        }
    }
}
