using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Tunnel.Mux;

namespace Tunnel.Shared.Datagrams;

/// <summary>Takes datagrams behind their prefixes, split at any byte, and gives each of them to a sink.</summary>
internal sealed class DatagramWriter(IDatagramSink sink, DatagramDrops drops, MemoryPool<byte> pool) : PipeWriter
{
    // What was written and is not a whole datagram yet: at most one, whose length two bytes can say. Made when it is first needed.
    private Pipe? _rest;
    private long _restBytes;
    private int _cancelRequested;
    private bool _closed;
    private bool _completed;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _rest?.Writer.UnflushedBytes ?? 0;

    private Pipe Rest => _rest ??= new Pipe(new PipeOptions(
        pool, PipeScheduler.Inline, PipeScheduler.Inline, pauseWriterThreshold: 0, minimumSegmentSize: 16 * 1024, useSynchronizationContext: false));

    public override Memory<byte> GetMemory(int sizeHint = 0) => Rest.Writer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => Rest.Writer.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        Rest.Writer.Advance(bytes);
        _restBytes += bytes;
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        WriteAsync(ReadOnlyMemory<byte>.Empty, cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        if (_completed)
        {
            return ValueTask.FromException<FlushResult>(new InvalidOperationException("The output was completed."));
        }

        return cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<FlushResult>(cancellationToken) : SendAllAsync(source);
    }

    public override void CancelPendingFlush() => Interlocked.Exchange(ref _cancelRequested, 1);

    public override void Complete(Exception? exception = null)
    {
        if (_completed)
        {
            return;
        }

        _completed = true;
        if (_restBytes > 0)
        {
            drops.Count(DatagramDropReason.Malformed);
        }

        _rest?.Writer.Complete();
        _rest?.Reader.Complete();
        sink.Complete(exception);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<FlushResult> SendAllAsync(ReadOnlyMemory<byte> source)
    {
        if (_restBytes == 0)
        {
            // Nothing is left from before: what is whole is sent from where it is.
            var buffer = new ReadOnlySequence<byte>(source);
            while (DatagramPrefix.TryRead(ref buffer, out var datagram))
            {
                await SendAsync(datagram);
            }

            source = source[^(int)buffer.Length..];
        }

        if (!source.IsEmpty)
        {
            Rest.Writer.Write(source.Span);
            _restBytes += source.Length;
        }

        if (_restBytes > 0)
        {
            await SendRestAsync();
        }

        return new FlushResult(Interlocked.Exchange(ref _cancelRequested, 0) != 0, _closed);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendRestAsync()
    {
        await Rest.Writer.FlushAsync();
        if (!Rest.Reader.TryRead(out var read))
        {
            return;
        }

        var buffer = read.Buffer;
        while (DatagramPrefix.TryRead(ref buffer, out var datagram))
        {
            await SendAsync(datagram);
        }

        _restBytes = buffer.Length;

        // Only what was consumed counts as examined, or TryRead would not show the rest again.
        Rest.Reader.AdvanceTo(buffer.Start);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(ReadOnlySequence<byte> datagram)
    {
        if (_closed)
        {
            return;
        }

        if (datagram.Length > DatagramPrefix.MaxDatagram)
        {
            drops.Count(DatagramDropReason.Size);
            return;
        }

        if (datagram.IsSingleSegment)
        {
            _closed = !await sink.SendAsync(datagram.First);
            return;
        }

        var whole = ArrayPool<byte>.Shared.Rent((int)datagram.Length);
        datagram.CopyTo(whole);
        _closed = !await sink.SendAsync(whole.AsMemory(0, (int)datagram.Length));
        ArrayPool<byte>.Shared.Return(whole);
    }
}
