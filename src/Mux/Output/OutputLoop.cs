using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Mux.Flow;

namespace Tunnel.Mux.Output;

/// <summary>
/// The only writer of a session's connection. It writes waiting control frames first, then one frame of each ready stream in
/// turn, and flushes once per batch. Awaiting the flush is the back-pressure: while the connection is slow, work collects and
/// batches grow, without a timer.
/// </summary>
internal sealed class OutputLoop(PipeWriter output, FrameLane lane, TimeProvider time)
{
    private readonly BatchLimit _batch = new();
    private readonly AsyncSignal _wake = new();

    // Guards _ready.
    private readonly Lock _gate = new();
    private readonly Queue<IFrameSource> _ready = new();
    private volatile bool _stopping;
    private volatile bool _flushRequested;

    /// <summary>Puts a stream at the end of the line, unless it stands there already.</summary>
    public void Schedule(IFrameSource stream)
    {
        if (stream.TryMarkScheduled())
        {
            lock (_gate)
            {
                _ready.Enqueue(stream);
            }
        }

        _wake.Set();
    }

    /// <summary>Control frames wait in the lane.</summary>
    public void Wake() => _wake.Set();

    /// <summary>The connection's writer has something of its own to send.</summary>
    public void RequestFlush()
    {
        _flushRequested = true;
        _wake.Set();
    }

    /// <summary>Lets the loop end when all that waits now is written.</summary>
    public void RequestStop()
    {
        _stopping = true;
        _wake.Set();
    }

    /// <summary>Runs until <see cref="RequestStop"/>, or until the connection takes no more.</summary>
    /// <param name="greeting">What goes before everything else.</param>
    /// <param name="cancellationToken">Ends the loop wherever it is.</param>
    public async Task RunAsync(ReadOnlyMemory<byte> greeting, CancellationToken cancellationToken)
    {
        output.Write(greeting.Span);
        var pending = greeting.Length;
        while (true)
        {
            // Read before the batch is made: what was queued before the request is written, what comes later is not waited for.
            var stopping = _stopping;
            pending += WriteBatch(includeStreams: !stopping);
            if (pending > 0 || _flushRequested)
            {
                _flushRequested = false;
                var start = time.GetTimestamp();
                var result = await output.FlushAsync(cancellationToken);
                _batch.OnFlushed(pending, time.GetElapsedTime(start));
                pending = 0;
                if (result.IsCompleted || result.IsCanceled)
                {
                    return;
                }
            }
            else if (stopping)
            {
                return;
            }
            else
            {
                await _wake.WaitAsync();
            }
        }
    }

    private int WriteBatch(bool includeStreams)
    {
        var written = lane.DrainTo(output);
        while (includeStreams && written < _batch.Bytes && TryDequeue(out var stream))
        {
            // A stream is opened by a control frame that was queued before the stream became ready: it must go first.
            written += lane.DrainTo(output);
            stream.ClearScheduled();
            written += stream.WriteFrame(output, out var hasMore);
            if (hasMore)
            {
                Schedule(stream);
            }
        }

        return written;
    }

    private bool TryDequeue(out IFrameSource stream)
    {
        lock (_gate)
        {
            return _ready.TryDequeue(out stream!);
        }
    }
}
