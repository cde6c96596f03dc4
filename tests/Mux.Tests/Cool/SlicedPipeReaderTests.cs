using System.IO.Pipelines;
using Tunnel.Mux.Cool;
using Tunnel.Mux.Streams;

namespace Tunnel.Mux.Tests.Cool;

public sealed class SlicedPipeReaderTests : IStreamOwner
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly SlicedPipeReader _reader;
    private long _consumed;
    private bool _isCompleted;

    public SlicedPipeReaderTests() => _reader = new SlicedPipeReader(this, _pipe.Reader, 10);

    [Fact]
    public async Task A_read_shows_a_slice_and_the_last_one_the_end()
    {
        await _pipe.Writer.WriteAsync(new byte[25]);
        await _pipe.Writer.CompleteAsync();
        foreach (var (length, isCompleted) in new[] { (10, false), (10, false), (5, true) })
        {
            var result = await _reader.ReadAsync();
            Assert.Equal(length, result.Buffer.Length);
            Assert.Equal(isCompleted, result.IsCompleted);
            _reader.AdvanceTo(result.Buffer.End);
        }

        Assert.Equal(25, _consumed);
        Assert.True(_reader.TryRead(out var last));
        Assert.True(last.IsCompleted);
        Assert.True(last.Buffer.IsEmpty);
        _reader.AdvanceTo(last.Buffer.End);
        await _reader.CompleteAsync();
        Assert.True(_isCompleted);
    }

    [Fact]
    public async Task Whoever_needs_more_is_shown_more()
    {
        await _pipe.Writer.WriteAsync(Enumerable.Range(0, 100).Select(i => (byte)i).ToArray());
        var result = await _reader.ReadAtLeastAsync(35);
        Assert.InRange(result.Buffer.Length, 35, 40);
        _reader.AdvanceTo(result.Buffer.GetPosition(35));
        Assert.Equal(35, _consumed);
        result = await _reader.ReadAsync();
        Assert.Equal(10, result.Buffer.Length);
        Assert.Equal(35, result.Buffer.FirstSpan[0]);

        // Consumed in part, looked at in whole.
        _reader.AdvanceTo(result.Buffer.GetPosition(4), result.Buffer.End);
        result = await _reader.ReadAsync();
        Assert.Equal(16, result.Buffer.Length);
        Assert.Equal(39, result.Buffer.FirstSpan[0]);
        _reader.AdvanceTo(result.Buffer.End);
        Assert.Equal(55, _consumed);
    }

    [Fact]
    public async Task A_read_that_waits_is_cut_too_and_can_be_cancelled()
    {
        var read = _reader.ReadAsync().AsTask();
        await _pipe.Writer.WriteAsync(new byte[25]);
        var result = await read;
        Assert.Equal(10, result.Buffer.Length);
        _reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        _reader.CancelPendingRead();
        Assert.True(_reader.TryRead(out result));
        Assert.True(result.IsCanceled);
        Assert.Equal(20, result.Buffer.Length);
        _reader.AdvanceTo(result.Buffer.Start);
        Assert.Equal(0, _consumed);
        await _pipe.Writer.CompleteAsync();
        Assert.Equal(25, (await _reader.ReadAllAsync()).Length);
    }

    void IStreamOwner.OnFlushed()
    {
    }

    void IStreamOwner.OnReaderStarved()
    {
    }

    void IStreamOwner.OnConsumed(long bytes) => _consumed += bytes;

    void IStreamOwner.CompleteInput()
    {
        _isCompleted = true;
        _pipe.Reader.Complete();
    }

    void IStreamOwner.Abort(MuxErrorCode code, string? reason)
    {
    }
}
