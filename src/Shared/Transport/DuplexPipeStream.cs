using System.Buffers;
using System.IO.Pipelines;

namespace Tunnel.Shared.Transport;

/// <summary>A duplex pipe as a stream, for what knows only streams: a layer on top, or an HTTP client.</summary>
/// <param name="pipe">Its owner completes it.</param>
/// <param name="ended">Called once when the stream was disposed and no read or write is under way any more, so that the pipe can be completed. Does not throw.</param>
/// <remarks>Disposing ends reads and writes that are under way, with an <see cref="IOException"/>: this is how an HTTP client gives up.</remarks>
internal sealed class DuplexPipeStream(IDuplexPipe pipe, Action? ended = null) : AsyncStream
{
    // Guards the two below.
    private readonly Lock _gate = new();
    private int _underWay;
    private bool _isDisposed;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Begin();
        try
        {
            while (true)
            {
                var result = await pipe.Input.ReadAsync(cancellationToken);
                var available = result.Buffer;
                if (!available.IsEmpty)
                {
                    // A read of zero bytes asks whether there is something, and there is.
                    var taken = available.Slice(0, Math.Min(available.Length, buffer.Length));
                    taken.CopyTo(buffer.Span);

                    // Counted before: what was advanced over is not ours any more, nor is its length.
                    var count = (int)taken.Length;
                    pipe.Input.AdvanceTo(taken.End);
                    return count;
                }

                pipe.Input.AdvanceTo(available.End);
                if (result.IsCompleted)
                {
                    return 0;
                }

                if (result.IsCanceled)
                {
                    throw new IOException("The stream was disposed while it was read.");
                }
            }
        }
        finally
        {
            End();
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Begin();
        try
        {
            var flush = await pipe.Output.WriteAsync(buffer, cancellationToken);
            if (flush.IsCompleted)
            {
                throw new IOException("The peer reads no more.");
            }

            if (flush.IsCanceled)
            {
                throw new IOException("The stream was disposed while it was written.");
            }
        }
        finally
        {
            End();
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing)
        {
            return;
        }

        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;

            // This is under way too, so that nobody completes what is being cancelled.
            _underWay++;
        }

        pipe.Input.CancelPendingRead();
        pipe.Output.CancelPendingFlush();
        End();
    }

    private void Begin()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _underWay++;
        }
    }

    private void End()
    {
        lock (_gate)
        {
            _underWay--;
            if (_underWay > 0 || !_isDisposed)
            {
                return;
            }
        }

        ended?.Invoke();
    }
}
